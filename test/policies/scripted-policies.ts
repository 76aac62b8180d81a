import { extractFeatures, type Features } from '../../src/features/index.js';
import { CELL, type OutcomeMatrix } from '../../src/outcomes/index.js';
import type { Policy, Step } from '../../src/policies/index.js';

export const featuresOf = (content: string, domain: string | null = null): Features =>
  extractFeatures({ messages: [{ role: 'user', content }], domain });

/** A policy that takes the steps it is told, whatever happens. */
export function scripted(steps: readonly Step[], extra: Partial<Policy> = {}): Policy {
  let taken = 0;
  return {
    id: 'scripted@1',
    router: 'scripted',
    dial: '1',
    models: ['lab/a', 'lab/b'],
    needs: { domain: false, answers: false },
    decide: () => {
      const step = steps[taken % steps.length]!;
      taken++;
      return { step, propensity: 1, reasons: [`step ${taken}`] };
    },
    toDocument: () => ({ router: 'scripted', dial: '1', models: [], parameters: {} }),
    ...extra,
  };
}

interface CellSpec {
  readonly score?: number;
  readonly cost?: number;
  readonly latency?: number;
  readonly text?: string | null;
  readonly state?: number;
}

/** A matrix from its cells: prompts, then models, then trials. */
export function matrixOf(
  models: readonly string[],
  cells: readonly (readonly (readonly CellSpec[])[])[],
): OutcomeMatrix {
  const flat = cells.flat(2);
  return {
    prompts: [],
    models,
    trials: cells[0]![0]!.length,
    state: Uint8Array.from(flat, ({ state }) => state ?? CELL.scored),
    score: Float64Array.from(flat, ({ score }) => score ?? 0),
    cost: Float64Array.from(flat, ({ cost }) => cost ?? 1),
    latency: Float64Array.from(flat, ({ latency }) => latency ?? 10),
    text: flat.map(({ text }) => (text === undefined ? 'an answer' : text)),
    costBasis: 'usd',
  };
}
