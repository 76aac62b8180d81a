import { z } from 'zod';
import type { Features } from '../../features/index.js';
import { UserError } from '../../user-error.js';
import { packedFloats } from '../packed-numbers.js';
import type { RouterData } from '../router.js';
import { Centroids, centroidsSchema } from './clusters/centroids.js';
import { DomainCells, domainCellsSchema } from './clusters/domain-cells.js';
import { textClusters } from './clusters/text-clusters.js';
import { costDocumentSchema, forecastCosts, learnCostByLength } from './cost-by-length.js';
import { differenceError } from './difference-error.js';
import { declaredDomains } from './domains/declared-domains.js';
import { innerFolds } from './inner-folds.js';
import { overallMeans } from './overall-means.js';
import { predictingRouter } from './predicting-router.js';
import type { PredictorMethod } from './predictor.js';
import { TextSpace, textSpaceOf } from './requests/text-space.js';

const COARSE = 20;
const FINE = 100;
const FOLDS = 5;
/** What is tried where none is set: HierShrink's 24, and less and more. */
const STRENGTHS = [12, 24, 48, 96, 192];

const settingsSchema = z.strictObject({ strength: z.number().positive().max(1e6).optional() });

const documentSchema = z.strictObject({
  /** Prompts that the estimate of the level above counts for. */
  strength: z.number().positive().max(1e6),
  domains: z.array(z.string()).max(60_000),
  overall: z.array(z.number()).max(1000),
  cost: costDocumentSchema,
  idf: packedFloats,
  coarse: centroidsSchema,
  fine: centroidsSchema,
  levels: z.strictObject({
    domain: domainCellsSchema,
    coarse: domainCellsSchema,
    fine: domainCellsSchema,
  }),
});
type ShrinkageDocument = z.output<typeof documentSchema>;

/** Of one request, level by level: its cluster there, −1 for none. */
type Path = readonly [domain: number, coarse: number, fine: number];

function estimateInto(
  estimate: Float64Array,
  overall: ArrayLike<number>,
  levels: readonly DomainCells[],
  domain: number,
  path: Path,
  strength: number,
): void {
  estimate.set(overall);
  for (let level = 0; level < levels.length; level++) {
    levels[level]!.pull(estimate, domain, path[level]!, strength);
  }
}

/** The strength of the least held-out error. Clusters look at no score, so they are those of all prompts. */
function chooseStrength(
  data: RouterData,
  overall: readonly number[],
  domainOf: Int32Array,
  clusters: readonly Int32Array[],
  seed: number,
): number {
  const width = data.models.length;
  const folds = innerFolds(data.groups, FOLDS, seed);
  const errors = STRENGTHS.map(() => 0);
  const estimate = new Float64Array(width);
  for (let fold = 0; fold < FOLDS; fold++) {
    const levels = clusters.map((clusterOf) =>
      DomainCells.of(
        data.score,
        width,
        [domainOf],
        clusterOf.map((cluster, row) => (folds[row] === fold ? -1 : cluster)),
      ),
    );
    for (let row = 0; row < folds.length; row++) {
      if (folds[row] !== fold) continue;
      const path: Path = [clusters[0]![row]!, clusters[1]![row]!, clusters[2]![row]!];
      STRENGTHS.forEach((strength, at) => {
        estimateInto(estimate, overall, levels, domainOf[row]!, path, strength);
        errors[at]! += differenceError(data.score, row, estimate);
      });
    }
  }
  return STRENGTHS[errors.indexOf(Math.min(...errors))]!;
}

/**
 * Hierarchical shrinkage of each model's quality: the estimate of a level is the mean of its prompts
 * and, counted as `strength` prompts, the estimate of the level above. After HierShrink, which goes
 * from all prompts to one of 20 clusters of text and on to one of 100; here the declared domain stands
 * between all prompts and clusters, and clusters are counted inside it, since a label given is surer
 * than a likeness found. A domain never seen, or none declared, goes from all prompts to clusters.
 * Cost is forecast by length.
 */
export const shrinkageMethod: PredictorMethod<ShrinkageDocument> = {
  id: 'shrinkage',
  summary: 'Mean quality from all prompts to domain to clusters of text, each pulled to the last',
  source: 'HierShrink (github.com/vllm-project/semantic-router, #3459)',
  usesDomain: true,
  settings: settingsSchema,
  document: documentSchema,
  learn(data, { seed, settings }) {
    const overall = overallMeans(data);
    if ('leftOut' in overall) return overall;
    const { names, labels } = declaredDomains(data);
    const anywhere = new Int32Array(data.features.length).fill(names.length);
    const domainOf = names.length === 0 ? anywhere : labels;
    const coarse = textClusters(data, COARSE, seed);
    const fine = textClusters(data, FINE, seed);
    const clusters = [new Int32Array(data.features.length), coarse.labels, fine.labels];
    const [domainCells, coarseCells, fineCells] = clusters.map((clusterOf) =>
      DomainCells.of(
        data.score,
        data.models.length,
        names.length === 0 ? [anywhere] : [domainOf, anywhere],
        clusterOf,
      ).toDocument(),
    );
    const { strength } = settingsSchema.parse(settings);
    return {
      strength: strength ?? chooseStrength(data, overall.quality, domainOf, clusters, seed),
      domains: [...names],
      overall: overall.quality,
      cost: learnCostByLength(data),
      idf: textSpaceOf(data).toDocument(),
      coarse: coarse.centroids.toDocument(),
      fine: fine.centroids.toDocument(),
      levels: { domain: domainCells!, coarse: coarseCells!, fine: fineCells! },
    };
  },
  chosen: ({ strength }) => ({ strength }),
  load(document, models) {
    const { strength, overall, cost, domains } = document;
    if (overall.length !== models || cost.length !== models || cost.includes(null)) {
      throw new UserError(
        `Policy "shrinkage": \`parameters.predictor\`: expected \`overall\` and \`cost\` of ${models} models, got ${overall.length} and ${cost.length}: export the policy again`,
      );
    }
    const space = TextSpace.fromDocument(document.idf);
    const coarse = new Centroids(document.coarse);
    const fine = new Centroids(document.fine);
    const scratch = new Float64Array(Math.max(coarse.count, fine.count));
    const { levels } = document;
    const cells = [levels.domain, levels.coarse, levels.fine].map((level) =>
      DomainCells.from(level, models),
    );
    const position = new Map(domains.map((domain, at) => [domain, at]));
    const domainOf = ({ domain }: Features): number => position.get(domain ?? '') ?? domains.length;
    const pathOf = (features: Features): Path => {
      const vector = space.vectorOf(features);
      return [0, coarse.nearest(vector, scratch), fine.nearest(vector, scratch)];
    };
    return {
      needsDomain: domains.length > 0,
      forecast(features) {
        const quality = new Float64Array(models);
        estimateInto(quality, overall, cells, domainOf(features), pathOf(features), strength);
        const costs = new Float64Array(models);
        forecastCosts(cost, features, costs);
        return { quality, cost: costs };
      },
      explain(features) {
        const domain = domainOf(features);
        const counts = pathOf(features).map((cluster, at) => cells[at]!.prompts(domain, cluster));
        const where =
          domain === domains.length ? 'any domain' : `domain ${JSON.stringify(features.domain)}`;
        return `rests on ${counts[0]} prompts of ${where}, of which ${counts[1]} are in its wide cluster of text and ${counts[2]} in its narrow one; each level above counts as ${strength}`;
      },
    };
  },
};

export const shrinkage = predictingRouter(shrinkageMethod);
