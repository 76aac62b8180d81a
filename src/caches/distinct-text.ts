/** An array or object under way: what comes from `at` on is still to be written. */
interface Open {
  readonly members: readonly unknown[];
  /** Sorted, one a member; null for an array. */
  readonly keys: readonly string[] | null;
  at: number;
}

/**
 * The text of a JSON value: equal for equal values, whatever the order of their keys, and different
 * for different ones. Unlike `JSON.stringify` it keeps apart null and a number beyond what fits
 * (`1e999` parses as Infinity), and takes any depth, as callers choose both. Members that are
 * undefined are left out.
 */
export function distinctText(value: unknown): string {
  const opened: Open[] = [];
  let text = '';
  let current: unknown = value;
  for (;;) {
    if (typeof current === 'string') text += JSON.stringify(current);
    else if (typeof current !== 'object' || current === null) text += String(current);
    else {
      const open = opening(current);
      text += open.keys === null ? '[' : '{';
      opened.push(open);
    }
    let open = opened.at(-1);
    while (open !== undefined && open.at === open.members.length) {
      text += open.keys === null ? ']' : '}';
      opened.pop();
      open = opened.at(-1);
    }
    if (open === undefined) return text;
    if (open.at > 0) text += ',';
    if (open.keys !== null) text += `${JSON.stringify(open.keys[open.at])}:`;
    current = open.members[open.at++];
  }
}

function opening(value: object): Open {
  if (Array.isArray(value)) return { members: value, keys: null, at: 0 };
  const object = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(object).filter((key) => object[key] !== undefined);
  keys.sort();
  return { members: keys.map((key) => object[key]), keys, at: 0 };
}
