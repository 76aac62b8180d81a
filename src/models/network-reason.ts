/**
 * What a network error came from, in a word. Aggregate errors (a name with several addresses) have
 * an empty message but a code. The SDKs take any error whose text mentions a time-out for their own
 * and drop its cause, so that word is avoided.
 */
export function networkReason(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // undici's codes name its classes; its messages say what happened.
  const reason = code === '' || code.startsWith('UND_ERR_') ? error.message : code;
  return /timed? ?out/i.test(reason) ? 'the network gave up' : reason;
}

/** Whether bytes came that are no HTTP. Node's parser says it in a code, undici's by its name. */
export function isUnreadable(error: Error): boolean {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return code.startsWith('HPE_') || error.name === 'HTTPParserError';
}
