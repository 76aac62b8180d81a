/**
 * One JSON document on a line. Numbers keep 12 significant digits: what further ones would show is
 * the rounding of binary fractions (0.8340624999999999), not a measurement.
 */
export function jsonLine(value: unknown): string {
  const rounded = (_: string, part: unknown): unknown =>
    typeof part === 'number' && !Number.isInteger(part) && Number.isFinite(part)
      ? Number(part.toPrecision(12))
      : part;
  return `${JSON.stringify(value, rounded)}\n`;
}
