import { distance } from 'fastest-levenshtein';

/**
 * ` (did you mean "…"?)` with the known name closest to what was written, or the empty string where
 * none is close: at most a third of its letters differ.
 */
export function didYouMean(written: string, known: Iterable<string>): string {
  const wanted = written.slice(0, 100).toLowerCase();
  let best: { readonly name: string; readonly edits: number } | null = null;
  for (const name of known) {
    const edits = distance(wanted, name.toLowerCase());
    const allowed = Math.max(1, Math.floor(Math.max(wanted.length, name.length) / 3));
    const contained = wanted.length >= 3 && name.toLowerCase().startsWith(wanted);
    if ((edits <= allowed || contained) && (best === null || edits < best.edits)) {
      best = { name, edits };
    }
  }
  return best === null ? '' : ` (did you mean "${best.name}"?)`;
}
