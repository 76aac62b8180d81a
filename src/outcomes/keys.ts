import type { GraderSpec } from '../datasets/index.js';
import { hashOf } from '../hash.js';
import type { ModelParameters } from '../models/index.js';
import type { Message, ResponseSchema } from '../wire/index.js';

/** All that shapes an answer. */
export interface CellKeyParts {
  readonly messages: readonly Message[];
  /** `provider/name`. */
  readonly model: string;
  /** Null for the provider's own address. */
  readonly baseUrl: string | null;
  readonly parameters: ModelParameters;
  readonly responseSchema?: ResponseSchema | undefined;
  /** Counts from 1. */
  readonly trial: number;
}

/** All that shapes a verdict. */
export interface ScoreKeyParts {
  readonly cellKey: string;
  /** A changed reference or grader is a changed verdict; the messages are in the cell key. */
  readonly prompt: {
    readonly reference: string | null;
    readonly grader: GraderSpec | null;
  };
  readonly judge: string;
  readonly judgeVersion: string;
  /** Counts from 1. */
  readonly repeat: number;
}

/** Identifies an answer across runs: equal parts, equal key, whatever the order of their members. */
export function cellKey(parts: CellKeyParts): string {
  const { messages, model, baseUrl, parameters, responseSchema, trial } = parts;
  return hashOf({
    cell: { messages, model, baseUrl, parameters, responseSchema: responseSchema ?? null, trial },
  });
}

/** Identifies a verdict across runs. */
export function scoreKey(parts: ScoreKeyParts): string {
  const { cellKey, prompt, judge, judgeVersion, repeat } = parts;
  const { reference, grader } = prompt;
  return hashOf({ score: { cellKey, reference, grader, judge, judgeVersion, repeat } });
}
