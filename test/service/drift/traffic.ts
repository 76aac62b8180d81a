import type { DriftMonitor, DriftOptions, Operation } from '../../../src/service/index.js';
import { createRng, type Rng } from '../../../src/statistics/index.js';
import { anOperation } from '../../store/service-samples.js';

export const MODELS = ['lab/small', 'lab/large'] as const;
export const TABLE = 'c'.repeat(64);

export const EXPECTED: DriftOptions['expected'] = {
  quality: { mean: 0.9, low: 0.88, high: 0.92 },
  cost_usd_per_1k: { mean: 4, low: 3.6, high: 4.4 },
  shares: { 'lab/small': 0.6, 'lab/large': 0.4 },
  describes: 'policy',
};

export const watching: DriftOptions = {
  table: TABLE,
  expected: EXPECTED,
  prompts: 1000,
  models: MODELS,
  explore: 0.1,
  drawsLots: false,
  now: () => Date.UTC(2026, 0, 1),
};

/** What live traffic is like. As it stands: as the table expects, but for what the service explores. */
export interface Traffic {
  readonly right: number;
  readonly times: number;
  readonly large: number;
  readonly judged: number;
}
export const AS_EXPECTED: Traffic = { right: 0.9, times: 1, large: 0.4, judged: 0.3 };

/** One operation and, by lot, the judge's verdict. Explored answers are cheap and bad. */
export function send(monitor: DriftMonitor, id: string, of: Traffic, rng: Rng): void {
  const chosen = rng.next() < of.large ? 1 : 0;
  const probabilities = chosen === 1 ? [0.05, 0.95] : [1, 0];
  const called = rng.next() < probabilities[0]! ? 0 : 1;
  const isExplored = called !== chosen;
  const mean = (called === 1 ? 7 : 2) * of.times;
  const model = MODELS[called]!;
  const operation: Operation = anOperation({
    id,
    model,
    // Log-normal, as lengths of answers are; in nano-dollars.
    cost: Math.round(1e6 * mean * Math.exp(0.8 * rng.normal() - 0.32)),
    routing: {
      table: TABLE,
      policy: 'ridge@0.5',
      steps: [
        {
          step: 'call',
          model,
          propensity: probabilities[called]!,
          eligible: MODELS,
          probabilities,
        },
      ],
      features: {},
      domain: null,
    },
  });
  monitor.operation(operation);
  if (rng.next() >= of.judged) return;
  const score = rng.next() < (isExplored ? 0.2 : of.right) ? 1 : 0;
  monitor.feedback({
    operationId: id,
    tenant: 'shop',
    source: 'judge',
    score,
    unscored: null,
    judge: 'rubric:correct@1 lab/judge',
    probability: of.judged,
    receivedAt: '2026-01-01T00:00:00.000Z',
  });
}

/** Sends so many operations; calls back after each. */
export function stream(
  monitor: DriftMonitor,
  of: Traffic,
  { operations, seed }: { readonly operations: number; readonly seed: number },
  after: (count: number) => void = () => {},
): void {
  const rng = createRng(seed, 'traffic', JSON.stringify(of));
  for (let count = 1; count <= operations; count++) {
    send(monitor, `${seed}-${JSON.stringify(of)}-${count}`, of, rng);
    after(count);
  }
}
