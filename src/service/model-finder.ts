/**
 * Finds what a name stands for: an id, an alias, or an id without its provider where only one model
 * has it. Undefined where no model has that name, null where several do.
 * @param models by id, `provider/name`
 * @param aliases name → id; those of models that are not served are passed over
 */
export function modelFinder<T>(
  models: ReadonlyMap<string, T>,
  aliases: Readonly<Record<string, string>>,
): (name: string) => T | null | undefined {
  const known = new Map(models);
  for (const [alias, id] of Object.entries(aliases)) {
    const model = models.get(id);
    if (model !== undefined && !known.has(alias)) known.set(alias, model);
  }
  const short = new Map<string, T | null>();
  for (const [id, model] of models) {
    const name = id.slice(id.indexOf('/') + 1);
    // Two models of one name are told apart by their providers only.
    short.set(name, short.has(name) ? null : model);
  }
  return (name) => known.get(name) ?? short.get(name);
}
