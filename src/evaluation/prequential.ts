import { type Policy, unmetNeed } from '../policies/index.js';
import { createRng, mean, type Rng, shuffledIndices, upperHull } from '../statistics/index.js';
import type { PrequentialResult, Spread } from './comparison.js';
import type { FoldInput } from './fit-fold.js';

const ORDERS = 10;
/** Arrivals times models that one router is given over all orders; beyond, prompts are sampled. */
const MOST_WORK = 700_000;
const CURVE_POINTS = 20;

/** How a call is worth its cost: the same for every router, from the models' means alone. */
interface Worth {
  /** The dearest model's mean cost, 1 where all are free. */
  readonly costScale: number;
  /** Quality given up for one `costScale`. */
  readonly costWeight: number;
}

/** Scores and costs of the prompts that arrive; cell (prompt, model) at `prompt * models + model`. */
interface Stream extends Worth {
  readonly rows: Int32Array;
  readonly score: Float64Array;
  readonly cost: Float64Array;
  /** Quality less weighed cost. */
  readonly value: Float64Array;
}

/** What one order of arrivals gave; means over prompts. */
interface Passage {
  readonly quality: number;
  readonly cost: number;
  readonly value: number;
  /** Regret so far at each point of the curve. */
  readonly regrets: Float64Array;
}

/**
 * Each online router from nothing, over seeded orders in which all prompts arrive, the same orders
 * for all: it decides, is told score and cost of the call it made and of no other, and learns
 * (prequential evaluation: Dawid, "The Prequential Approach", 1984).
 *
 * A call's value is its quality less cost at one fixed weight: the slope between the two ends of the
 * models' hull over all prompts, at which the cheapest and the best model are worth the same, so that
 * the choice between them is as hard as it can be; 0 where one model is both. Regret is the value of
 * the single model that turns out best, known only in hindsight, less the router's own: a router that
 * tells prompts apart can have a negative one. Where prompts × orders × models exceed 700,000, a
 * seeded sample of prompts arrives; the result tells how many.
 * @param orders at least 1
 * @returns nothing where no cost is known
 */
export function prequentialRegret(
  input: Pick<FoldInput, 'common' | 'features' | 'routers' | 'seed'>,
  orders: number = ORDERS,
): PrequentialResult[] {
  const { models, costBasis } = input.common.matrix;
  const online = input.routers.filter(({ router }) => router.cold !== undefined);
  if (costBasis === 'none' || models.length < 2 || online.length === 0) return [];
  const stream = streamOf(input, orders);
  const against = bestModel(stream, models.length);
  return online.flatMap(({ router, settings }) => {
    const { costScale, costWeight } = stream;
    const policy = router.cold?.(models, { seed: input.seed, settings, costScale, costWeight });
    if (policy === undefined) return [];
    const { matrix } = input.common;
    const data = { matrix, features: input.features, rows: stream.rows };
    if (unmetNeed(policy, data) !== null) return [];
    const passages = Array.from({ length: orders }, (_, order) => {
      const arrivals = shuffledIndices(
        stream.rows.length,
        createRng(input.seed, 'prequential-order', order),
      );
      const rng = createRng(input.seed, 'prequential', router.id, order);
      return pass(policy, stream, input.features, arrivals, against, rng);
    });
    return [summary(router.id, policy.dial, stream, models[against]!, passages)];
  });
}

function streamOf({ common, seed }: Pick<FoldInput, 'common' | 'seed'>, orders: number): Stream {
  const width = common.matrix.models.length;
  const worth = worthOf(common.rows, common.means, width);
  const rows = sampled(common.rows, Math.floor(MOST_WORK / (orders * width)), seed);
  const cells = rows.length * width;
  const score = new Float64Array(cells);
  const cost = new Float64Array(cells);
  const value = new Float64Array(cells);
  for (let i = 0; i < cells; i++) {
    const from = rows[Math.floor(i / width)]! * width + (i % width);
    score[i] = common.means.score[from]!;
    cost[i] = common.means.cost[from]!;
    value[i] = score[i]! - (worth.costWeight * cost[i]!) / worth.costScale;
  }
  return { ...worth, rows, score, cost, value };
}

function worthOf(
  rows: Int32Array,
  means: { readonly score: Float64Array; readonly cost: Float64Array },
  width: number,
): Worth {
  const models = Array.from({ length: width }, (_, m) => ({
    quality: mean(Float64Array.from(rows, (row) => means.score[row * width + m]!)),
    cost: mean(Float64Array.from(rows, (row) => means.cost[row * width + m]!)),
  }));
  const costScale = Math.max(...models.map(({ cost }) => cost)) || 1;
  const hull = upperHull(models).map((m) => models[m]!);
  const [cheapest, best] = [hull[0]!, hull.at(-1)!];
  if (best.cost === cheapest.cost) return { costScale, costWeight: 0 };
  const slope = (best.quality - cheapest.quality) / (best.cost - cheapest.cost);
  return { costScale, costWeight: slope * costScale };
}

/** At most `most` of the rows, ascending. */
function sampled(rows: Int32Array, most: number, seed: number): Int32Array {
  if (rows.length <= most) return rows;
  const order = shuffledIndices(rows.length, createRng(seed, 'prequential-sample'));
  return Int32Array.from(order.subarray(0, most), (at) => rows[at]!).sort();
}

/** The model of the highest mean value; the first of equals. */
function bestModel({ value }: Stream, width: number): number {
  const total = new Float64Array(width);
  for (let cell = 0; cell < value.length; cell++) total[cell % width]! += value[cell]!;
  return total.indexOf(Math.max(...total));
}

function pass(
  policy: Policy,
  stream: Stream,
  features: FoldInput['features'],
  arrivals: Int32Array,
  against: number,
  rng: Rng,
): Passage {
  const width = policy.models.length;
  const count = arrivals.length;
  const regrets = new Float64Array(CURVE_POINTS);
  let learned = policy.initialState?.() ?? null;
  let quality = 0;
  let cost = 0;
  let value = 0;
  let regret = 0;
  for (let arrival = 0; arrival < count; arrival++) {
    const at = arrivals[arrival]!;
    const seen = features[stream.rows[at]!]!;
    const { step } = policy.decide({ calls: [], learned }, seen, rng);
    if (step.kind !== 'call') throw new Error(`Policy "${policy.id}" began without a call`);
    const cell = at * width + step.model;
    quality += stream.score[cell]!;
    cost += stream.cost[cell]!;
    value += stream.value[cell]!;
    regret += stream.value[at * width + against]! - stream.value[cell]!;
    const outcome = { score: stream.score[cell]!, cost: stream.cost[cell]! };
    learned = policy.learn?.(learned, { features: seen, model: step.model, ...outcome }) ?? learned;
    const point = pointOf(arrival + 1, count);
    if (point > pointOf(arrival, count)) regrets[point] = regret;
  }
  return { quality: quality / count, cost: cost / count, value: value / count, regrets };
}

/** The last point of the curve that so many arrivals reach; -1 before the first. */
const pointOf = (arrivals: number, all: number): number =>
  Math.floor((arrivals * CURVE_POINTS) / all) - 1;

function summary(
  router: string,
  dial: string,
  { rows }: Stream,
  against: string,
  passages: readonly Passage[],
): PrequentialResult {
  const prompts = rows.length;
  const points = Array.from({ length: CURVE_POINTS }, (_, point) =>
    Math.ceil(((point + 1) * prompts) / CURVE_POINTS),
  );
  return {
    router,
    dial,
    orders: passages.length,
    prompts,
    value: spread(passages.map((passage) => passage.value)),
    quality: spread(passages.map((passage) => passage.quality)),
    cost: spread(passages.map((passage) => passage.cost)),
    regret: spread(passages.map(({ regrets }) => regrets.at(-1)! / prompts)),
    against,
    curve: [...new Set(points)].map((arrivals) => {
      const point = pointOf(arrivals, prompts);
      return { arrivals, regret: mean(passages.map(({ regrets }) => regrets[point]!)) };
    }),
  };
}

const spread = (values: readonly number[]): Spread => ({
  mean: mean(values),
  smallest: Math.min(...values),
  largest: Math.max(...values),
});
