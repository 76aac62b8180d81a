import type { ModelPricing } from '../costs/index.js';
import { expectedCost, type NanoUsd, type Purpose, worstCost } from '../costs/index.js';
import type { ModelRequest } from '../models/index.js';

/** One call that a run would make. */
export interface ForeseenCall {
  readonly model: string;
  readonly purpose: Purpose;
  /** Null for recorded models, whose calls cost nothing now. */
  readonly pricing: ModelPricing | null;
  /** Whether such a call can be asked in a batch; verdicts are asked live all the same. */
  readonly supportsBatch: boolean;
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
  /** With all answers asked in batches; null where some cannot be, or none is to be asked. */
  readonly batch: CostRange | null;
  readonly byModel: ReadonlyMap<string, EstimateLine>;
  readonly byPurpose: ReadonlyMap<Purpose, EstimateLine>;
}

const FREE: CostRange = { low: 0, expected: 0, worst: 0 };
const NOTHING: EstimateLine = { calls: 0, inputTokens: 0, expectedOutputTokens: 0, ...FREE };

/** Adds up what calls would cost. Pure; makes no call. */
export function estimate(calls: Iterable<ForeseenCall>): Estimate {
  let total = NOTHING;
  let batch: CostRange | null = FREE;
  let answers = 0;
  const byModel = new Map<string, EstimateLine>();
  const byPurpose = new Map<Purpose, EstimateLine>();
  for (const call of calls) {
    const line = lineOf(call);
    total = add(total, line);
    const batched = call.purpose === 'candidate' ? batchCost(call) : line;
    batch = batch === null || batched === null ? null : addRanges(batch, batched);
    if (call.purpose === 'candidate') answers++;
    byModel.set(call.model, add(byModel.get(call.model) ?? NOTHING, line));
    byPurpose.set(call.purpose, add(byPurpose.get(call.purpose) ?? NOTHING, line));
  }
  return { ...total, batch: answers === 0 ? null : batch, byModel, byPurpose };
}

function lineOf(call: ForeseenCall): EstimateLine {
  const { inputTokens, pricing } = call;
  const counted = { calls: 1, inputTokens, expectedOutputTokens: outputTokens(call) };
  if (pricing === null) return { ...NOTHING, ...counted };
  return { ...counted, ...costOf(call, pricing, false) };
}

/** Null where it cannot be asked in a batch. */
function batchCost(call: ForeseenCall): CostRange | null {
  const { pricing, supportsBatch } = call;
  if (!supportsBatch || pricing === null || pricing.batchMultiplier === null) return null;
  return costOf(call, pricing, true);
}

function costOf(call: ForeseenCall, pricing: ModelPricing, batch: boolean): CostRange {
  const { inputTokens, worstInputTokens, maxTokens } = call;
  const ofOutput = (outputTokens: number) =>
    expectedCost({ inputTokens, outputTokens }, pricing, { batch });
  return {
    low: ofOutput(1),
    expected: ofOutput(outputTokens(call)),
    worst: worstCost({ inputTokens: worstInputTokens, maxTokens }, pricing, { batch }),
  };
}

function outputTokens({ expectedOutput, maxTokens }: ForeseenCall): number {
  return Math.min(expectedOutput, maxTokens);
}

function add(a: EstimateLine, b: EstimateLine): EstimateLine {
  return {
    calls: a.calls + b.calls,
    inputTokens: a.inputTokens + b.inputTokens,
    expectedOutputTokens: a.expectedOutputTokens + b.expectedOutputTokens,
    ...addRanges(a, b),
  };
}

function addRanges(a: CostRange, b: CostRange): CostRange {
  return { low: a.low + b.low, expected: a.expected + b.expected, worst: a.worst + b.worst };
}

/**
 * A guess at an answer's length before any was seen: as long as a reference of prose with some
 * explanation, and at least a short paragraph.
 */
export function expectedOutputTokens(request: ModelRequest, reference: string | null): number {
  const explained = reference === null ? 0 : Math.ceil(reference.length / 2);
  return Math.min(request.parameters.maxTokens, Math.max(60, explained));
}
