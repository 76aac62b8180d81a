/**
 * The family a model's name tells: what comes first in it, the maker or host aside
 * (`openai/gpt-4o` and `gpt-4-1106-preview` are both `gpt`).
 */
function familyOf(model: string): string {
  const name = model.slice(model.lastIndexOf('/') + 1).toLowerCase();
  return /^[a-z]+/.exec(name)?.[0] ?? name;
}

/** Judges tend to prefer answers of their own kind (Panickssery et al., "LLM Evaluators Recognize and Favor Their Own Generations", 2024). */
export function judgeFamilyWarning(
  judgeModel: string | undefined,
  models: readonly string[],
): string[] {
  if (judgeModel === undefined) return [];
  const own = models.filter((model) => familyOf(model) === familyOf(judgeModel));
  if (own.length === 0) return [];
  return [
    `The judge ${judgeModel} is of the same family as ${own.join(', ')}: judges tend to favour their own kind, so check it against people or another judge.`,
  ];
}
