/** A JSON object found in a text. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Openings that lead nowhere are given up on after so many, which keeps the search linear. */
const MAX_FALSE_STARTS = 64;

/**
 * All complete JSON objects that stand in a text, outermost ones only, in order. Prose and code
 * fences around them are passed over. Time is linear in the text, however hostile.
 */
export function jsonObjectsIn(text: string): readonly JsonObject[] {
  const found: JsonObject[] = [];
  let falseStarts = 0;
  let start = text.indexOf('{');
  while (start !== -1 && falseStarts < MAX_FALSE_STARTS) {
    const end = closingBrace(text, start);
    const value = end === null ? null : parsedObject(text.slice(start, end + 1));
    if (end === null || value === null) {
      falseStarts++;
      start = text.indexOf('{', start + 1);
    } else {
      found.push(value);
      start = text.indexOf('{', end + 1);
    }
  }
  return found;
}

/** Index of the brace that closes the one at `start`, or null. */
function closingBrace(text: string, start: number): number | null {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return at;
  }
  return null;
}

export function parsedObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
