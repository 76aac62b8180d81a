/** `costUsdPer1k` → `cost_usd_per_1k`, `nNeeded` → `n_needed`, `cpt50` → `cpt50`. */
function snakeName(name: string): string {
  return name
    .replaceAll(/(?<=[a-z])(?=\d+[a-z])/g, '_')
    .replaceAll(/(?<=[a-z0-9A-Z])(?=[A-Z])/g, '_')
    .toLowerCase();
}

/**
 * Plain data with the names of its properties in snake_case.
 * @param keyed names of the properties whose own keys are data, such as model ids, and stay as they are
 */
export function snakeCase(value: unknown, keyed: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((one) => snakeCase(one, keyed));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      snakeName(name),
      keyed.has(name) ? one : snakeCase(one, keyed),
    ]),
  );
}
