/** Model names as a table shows them: without the provider, unless two models would then look alike. */
export function shortModelNames(models: readonly string[]): (model: string) => string {
  const last = (model: string): string => model.slice(model.lastIndexOf('/') + 1);
  const seen = new Map<string, number>();
  for (const model of new Set(models)) seen.set(last(model), (seen.get(last(model)) ?? 0) + 1);
  return (model) => (seen.get(last(model)) === 1 ? last(model) : model);
}
