import type { MeasuredVariants } from '../evaluation/index.js';
import { variantModelId } from '../experiments/index.js';
import type { Run } from '../outcomes/index.js';

/** The part of a stored experiment that names its models and variants; an import has none. */
interface StoredVariants {
  readonly models?: readonly { readonly id: string }[];
  readonly variants?: readonly { readonly label: string }[];
}

/** Each model of a run in each of its variants, by their columns in the run. */
export function variantPairs(run: Run): MeasuredVariants['pairs'] {
  const { models = [], variants = [] } = (run.spec ?? {}) as StoredVariants;
  return variants.flatMap(({ label: variant }) =>
    models.flatMap(({ id: model }) => {
      const without = run.models.indexOf(model);
      const compressed = run.models.indexOf(variantModelId(model, variant));
      if (without < 0 || compressed < 0) return [];
      return [{ model, variant, without, with: compressed }];
    }),
  );
}

/** The models of a run with its prompts as they are: what policies choose between. */
export function modelsAsTheyAre(run: Run): readonly string[] {
  const compressed = new Set(variantPairs(run).map((pair) => pair.with));
  return run.models.filter((_, column) => !compressed.has(column));
}
