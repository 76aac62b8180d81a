/**
 * How long a provider asks us to wait, in milliseconds from `now`, at least 0; null where it says
 * nothing readable. `retry-after-ms` is the finer of the two; `retry-after` holds seconds or an
 * HTTP date.
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterMs(headers: Pick<Headers, 'get'>, now: number): number | null {
  const milliseconds = numberOf(headers.get('retry-after-ms'));
  if (milliseconds !== null) return milliseconds;
  const header = headers.get('retry-after');
  const seconds = numberOf(header);
  if (seconds !== null) return seconds * 1000;
  const date = header === null ? Number.NaN : Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

function numberOf(header: string | null): number | null {
  if (header === null || header.trim() === '') return null;
  const value = Number(header);
  return Number.isFinite(value) ? Math.max(0, value) : null;
}
