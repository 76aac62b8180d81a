const LOOKS_LIKE_A_KEY = /\b(?:(?:sk|pk|rk|gsk|xai|or)[-_]|AIza)[\w*.-]{6,}/g;
const BEARER = /\b(bearer\s+)[^\s"',;]+/gi;
/** Shorter values are placeholders such as `none`; blotting them out would garble plain words. */
const SHORTEST_SECRET = 6;
const BLOT = '[key]';

/**
 * A message without the secrets in use, and without anything that looks like a key: providers quote
 * (parts of) a key that they refuse.
 */
export function scrubSecrets(text: string, secrets: readonly string[]): string {
  let scrubbed = text;
  for (const secret of secrets) {
    if (secret.length < SHORTEST_SECRET) continue;
    for (const form of new Set([secret, encodeURIComponent(secret), jsonForm(secret)])) {
      scrubbed = scrubbed.replaceAll(form, BLOT);
    }
  }
  return scrubbed.replace(LOOKS_LIKE_A_KEY, BLOT).replace(BEARER, `$1${BLOT}`);
}

function jsonForm(secret: string): string {
  return JSON.stringify(secret).slice(1, -1);
}
