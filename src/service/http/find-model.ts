import type { ListedModel } from './server-options.js';

/** The model that a name stands for: an id, an alias, or an id without its provider where one model has it. */
export function findModel(models: readonly ListedModel[], name: string): ListedModel | null {
  const named = models.find(({ id, aliases }) => id === name || aliases.includes(name));
  if (named !== undefined) return named;
  const short = models.filter(({ id }) => id.slice(id.indexOf('/') + 1) === name);
  return short.length === 1 ? short[0]! : null;
}
