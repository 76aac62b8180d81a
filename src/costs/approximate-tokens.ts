/**
 * Roughly how many tokens a text has, without a tokenizer: a quarter token per ASCII character, half
 * a token per other character below U+2E80 (accented Latin, Cyrillic, Greek, Arabic), one per UTF-16
 * unit from there on (Chinese, Japanese, Korean, emoji), rounded up. Within about a third of the
 * truth on ordinary text. For features and simulated models; money is counted by `TokenCounter`.
 */
export function approximateTokens(text: string): number {
  let quarters = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    quarters += unit < 0x80 ? 1 : unit < 0x2e80 ? 2 : 4;
  }
  return Math.ceil(quarters / 4);
}
