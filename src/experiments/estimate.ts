import type { ModelPricing } from '../costs/index.js';
import { expectedCost, type NanoUsd, type Purpose, worstCost } from '../costs/index.js';
import type { ModelRequest } from '../models/index.js';

/** One call that a run would make. */
export interface ForeseenCall {
  readonly model: string;
  readonly purpose: Purpose;
  /** Null for recorded models, whose calls cost nothing now. */
  readonly pricing: ModelPricing | null;
  readonly inputTokens: number;
  /** Above `inputTokens` where the tokenizer is not public, or the input holds an answer not yet given. */
  readonly worstInputTokens: number;
  readonly maxTokens: number;
  /** Answer tokens that such a prompt usually gets. */
  readonly expectedOutput: number;
}

export interface CostRange {
  /** As if every answer were one token long. */
  readonly low: NanoUsd;
  readonly expected: NanoUsd;
  /** As if every answer were as long as it may be; retries that are billed come on top. */
  readonly worst: NanoUsd;
}

export interface EstimateLine extends CostRange {
  readonly calls: number;
  readonly inputTokens: number;
  readonly expectedOutputTokens: number;
}

export interface Estimate extends EstimateLine {
  readonly byModel: ReadonlyMap<string, EstimateLine>;
  readonly byPurpose: ReadonlyMap<Purpose, EstimateLine>;
}

const NOTHING: EstimateLine = {
  calls: 0,
  inputTokens: 0,
  expectedOutputTokens: 0,
  low: 0,
  expected: 0,
  worst: 0,
};

/** Adds up what calls would cost. Pure; makes no call. */
export function estimate(calls: Iterable<ForeseenCall>): Estimate {
  let total = NOTHING;
  const byModel = new Map<string, EstimateLine>();
  const byPurpose = new Map<Purpose, EstimateLine>();
  for (const call of calls) {
    const line = lineOf(call);
    total = add(total, line);
    byModel.set(call.model, add(byModel.get(call.model) ?? NOTHING, line));
    byPurpose.set(call.purpose, add(byPurpose.get(call.purpose) ?? NOTHING, line));
  }
  return { ...total, byModel, byPurpose };
}

function lineOf(call: ForeseenCall): EstimateLine {
  const { inputTokens, pricing } = call;
  const expectedOutputTokens = Math.min(call.expectedOutput, call.maxTokens);
  const counted = { calls: 1, inputTokens, expectedOutputTokens };
  if (pricing === null) return { ...NOTHING, ...counted };
  return {
    ...counted,
    low: expectedCost({ inputTokens, outputTokens: 1 }, pricing),
    expected: expectedCost({ inputTokens, outputTokens: expectedOutputTokens }, pricing),
    worst: worstCost({ inputTokens: call.worstInputTokens, maxTokens: call.maxTokens }, pricing),
  };
}

function add(a: EstimateLine, b: EstimateLine): EstimateLine {
  return {
    calls: a.calls + b.calls,
    inputTokens: a.inputTokens + b.inputTokens,
    expectedOutputTokens: a.expectedOutputTokens + b.expectedOutputTokens,
    low: a.low + b.low,
    expected: a.expected + b.expected,
    worst: a.worst + b.worst,
  };
}

/**
 * A guess at an answer's length before any was seen: as long as a reference of prose with some
 * explanation, and at least a short paragraph.
 */
export function expectedOutputTokens(request: ModelRequest, reference: string | null): number {
  const explained = reference === null ? 0 : Math.ceil(reference.length / 2);
  return Math.min(request.parameters.maxTokens, Math.max(60, explained));
}
