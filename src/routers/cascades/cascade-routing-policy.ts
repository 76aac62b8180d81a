import type { Features } from '../../features/index.js';
import {
  certainties,
  decided,
  type Forecast,
  type Policy,
  type PolicyDocument,
  type SeenCall,
} from '../../policies/index.js';
import { upperHull } from '../../statistics/index.js';
import { bestValue } from '../cost-weight.js';
import type { Predictor } from '../learned/predictor.js';
import { policyId } from '../policy-document.js';
import type { Opinion } from './agreement.js';
import { opinionsOf, type ReadAnswer } from './cascade-policy.js';
import { membersOf, type QualityEstimates } from './quality-estimates.js';

/** What is expected after some calls, and the sets of models that are best at some weight of cost. */
export interface Outlook {
  /** By model. */
  readonly quality: Float64Array;
  /** Bits of the sets on the hull, by what calling on to them costs; what was called among them, if worth it. */
  readonly sets: readonly number[];
  readonly worth: Float64Array;
  /** Of the calls still to make. */
  readonly cost: Float64Array;
}

interface Prospect {
  readonly called: number;
  readonly failed: number;
  readonly opinions: readonly Opinion[];
  readonly outlook: Outlook;
}

/** Whether they say the same of the same models, in whatever order. */
function alike(some: readonly Opinion[], others: readonly Opinion[]): boolean {
  if (some.length !== others.length) return false;
  return some.every(({ model, confidence, conclusion }) =>
    others.some(
      (other) =>
        other.model === model && other.confidence === confidence && other.conclusion === conclusion,
    ),
  );
}

/** What cascade routing knows, shared by all settings of its dial. */
export class Knowledge {
  readonly needs: Policy['needs'];
  readonly read: ReadAnswer;
  readonly #predictor: Predictor;
  readonly #positions: readonly number[];
  readonly #estimates: QualityEstimates;
  readonly #forecasts = new WeakMap<Features, Forecast>();
  /** Of one request: after each of the calls that some setting made. */
  #prospects: Prospect[] = [];
  #inProspect: Features | null = null;

  /** @param positions of the policy's models among those that the predictor foretells */
  constructor(
    predictor: Predictor,
    positions: readonly number[],
    estimates: QualityEstimates,
    read: ReadAnswer,
  ) {
    this.#predictor = predictor;
    this.#positions = positions;
    this.#estimates = estimates;
    this.read = read;
    this.needs = {
      domain: predictor.needsDomain ?? false,
      answers: true,
      ...(predictor.needsSignals === undefined ? {} : { signals: predictor.needsSignals }),
    };
  }

  forecast(features: Features): Forecast {
    const known = this.#forecasts.get(features);
    if (known !== undefined) return known;
    const all = this.#predictor.forecast(features);
    const forecast = {
      quality: Float64Array.from(this.#positions, (at) => all.quality[at]!),
      cost: Float64Array.from(this.#positions, (at) => all.cost[at]!),
    };
    this.#forecasts.set(features, forecast);
    return forecast;
  }

  explain(features: Features): string {
    return this.#predictor.explain(features);
  }

  /** Remembered until the next request: all settings of a dial ask for the same. */
  outlook(
    features: Features,
    called: number,
    failed: number,
    opinions: readonly Opinion[],
  ): Outlook {
    if (features !== this.#inProspect) this.#prospects = [];
    this.#inProspect = features;
    for (const known of this.#prospects) {
      if (known.called === called && known.failed === failed && alike(known.opinions, opinions)) {
        return known.outlook;
      }
    }
    const outlook = this.#look(features, called, failed, opinions);
    this.#prospects.push({ called, failed, opinions: [...opinions], outlook });
    return outlook;
  }

  #look(features: Features, called: number, failed: number, opinions: readonly Opinion[]): Outlook {
    const forecast = this.forecast(features);
    const quality = this.#estimates.quality(called, forecast.quality, opinions);
    const points = this.#estimates.worthwhile(called, failed, quality).map(({ bits, worth }) => {
      let cost = 0;
      for (const model of membersOf(bits & ~called)) cost += forecast.cost[model]!;
      return { bits, quality: worth, cost };
    });
    const hull = upperHull(points).map((at) => points[at]!);
    return {
      quality,
      sets: hull.map(({ bits }) => bits),
      worth: Float64Array.from(hull, (point) => point.quality),
      cost: Float64Array.from(hull, (point) => point.cost),
    };
  }
}

/** The answer of highest estimate; of equals the one seen first. */
function bestAnswer(calls: readonly SeenCall[], quality: Float64Array): number {
  let best = -1;
  calls.forEach(({ model, failed }, at) => {
    if (failed) return;
    if (best === -1 || quality[model]! > quality[calls[best]!.model]!) best = at;
  });
  return best === -1 ? calls.length - 1 : best;
}

/** The model of a set that costs least to call; of equals the earlier. */
function cheapest(bits: number, cost: Float64Array): number {
  return membersOf(bits).reduce((best, model) => (cost[model]! < cost[best]! ? model : best));
}

/**
 * Calls on while a larger set of models is worth more than what calling it costs, and keeps the
 * answer of highest estimate.
 * @param price quality given up for one unit of cost
 */
export function cascadeRoutingPolicy(
  document: PolicyDocument,
  knowledge: Knowledge,
  price: number,
): Policy {
  const { models } = document;
  const certain = certainties(models.length);
  const named = (bits: number): string =>
    membersOf(bits)
      .map((model) => models[model])
      .join(' and ');
  return {
    id: policyId(document),
    router: document.router,
    dial: document.dial,
    models,
    needs: knowledge.needs,
    decide({ calls }, features) {
      const last = calls.at(-1);
      if (last !== undefined && last.text !== null && last.confidence === null) {
        return decided({ kind: 'consult' }, 1, () => ['asks the verifier about the answer']);
      }
      let called = 0;
      let failed = 0;
      for (const call of calls) {
        if (call.failed) failed |= 1 << call.model;
        else called |= 1 << call.model;
      }
      const opinions = opinionsOf(calls, features, knowledge.read);
      const outlook = knowledge.outlook(features, called, failed, opinions);
      const { quality, sets, worth, cost } = outlook;
      const best = sets.length === 0 ? -1 : bestValue({ quality: worth, cost }, price);
      const wanted = best === -1 ? called : sets[best]!;
      if ((wanted & ~called) === 0) {
        const answer = bestAnswer(calls, quality);
        return decided({ kind: 'stop', answer }, 1, () => [
          `keeps the answer of ${models[calls[answer]!.model]}, estimated at ${quality[calls[answer]!.model]!.toFixed(3)}: no further call is worth its cost`,
        ]);
      }
      const forecast = knowledge.forecast(features);
      const model = cheapest(wanted & ~called, forecast.cost);
      return decided(
        { kind: 'call', model },
        1,
        () => [
          `expects quality ${worth[best]!.toFixed(3)} of the best answer of ${named(wanted)}`,
          knowledge.explain(features),
          `calls ${models[model]}, the cheapest of them not called yet`,
        ],
        certain[model],
      );
    },
    verify: (features, model, text) => knowledge.read(features, model, text).confidence,
    forecast: (features) => knowledge.forecast(features),
    toDocument: () => document,
  };
}
