import type { ModelPricing, NanoUsd, TokenUsage } from '../../costs/index.js';
import type { Operation } from '../operation.js';
import type { SuggestionFilter } from './suggestion.js';

/** Requests answered by a model, by how the cache was asked. */
export interface RepeatRow {
  readonly cache: Operation['cache'];
  readonly answered: number;
  /** Of these, those that came again soon after the same messages had been answered. */
  readonly repeats: number;
  /** What the repeats cost, as far as it is known. */
  readonly cost: NanoUsd;
  readonly unpriced: number;
}

/** Calls that gave an answer, by tag. */
export interface WaitableRow {
  readonly tag: string | null;
  readonly answered: number;
  /** Of these, those that a batch could have answered at its price. */
  readonly calls: number;
  readonly saving: NanoUsd;
  /** Of the calls, those that came in a burst. */
  readonly burstCalls: number;
  readonly burstSaving: NanoUsd;
}

/** Billed attempts, by model and by what became of them. */
export interface FailedRow {
  readonly model: string;
  /** The class of error; null for attempts whose answer was given. */
  readonly error: string | null;
  readonly attempts: number;
  readonly cost: NanoUsd;
  /** Of the attempts, those whose cost is the worst case that was booked. */
  readonly estimated: number;
  /** Of the attempts, those of unknown cost: in no sum. */
  readonly unpriced: number;
}

/** A request whose messages are stored, with the attempt that answered it. */
export interface AnsweredPrompt {
  /** How many such requests there are; this is one of the sample. */
  readonly population: number;
  readonly receivedAt: string;
  readonly tenant: string;
  readonly endpoint: string;
  readonly promptHash: string;
  readonly model: string;
  /** SHA-256 of the table that chose the model; null where it was named. */
  readonly table: string | null;
  readonly cost: NanoUsd;
  readonly usage: TokenUsage;
  readonly pricing: ModelPricing;
  readonly messages: NonNullable<Operation['content']>['messages'];
}

/** Values of a query's named parameters. */
export type QueryParameters = Readonly<Record<string, string | number | null>>;

/** Prompts that are looked at. */
export type PromptBounds = {
  readonly most: number;
  /** Of the messages as JSON; longer ones are left out. */
  readonly most_characters: number;
};

interface Question<Row, Asks extends QueryParameters> {
  readonly row: Row;
  /** Parameters of its own. */
  readonly asks: Asks;
}

/** What is asked of a ledger, by name. */
export interface SuggestionQuestions {
  readonly repeats: Question<RepeatRow, { readonly ttl_seconds: number }>;
  readonly waitable: Question<WaitableRow, { readonly burst: number }>;
  readonly failed: Question<FailedRow, Readonly<Record<never, never>>>;
  /** Requests that named their model, in an order drawn by hash. */
  readonly named: Question<AnsweredPrompt, PromptBounds>;
  /** Requests that nothing was taken out of, in an order drawn by hash. */
  readonly uncompressed: Question<AnsweredPrompt, PromptBounds>;
  /** The latest requests, oldest first. */
  readonly latest: Question<AnsweredPrompt, PromptBounds>;
}

export type SuggestionQuestion = keyof SuggestionQuestions;

/** Requests of one origin: live and simulated ones are never mixed. */
export interface OriginFilter extends SuggestionFilter {
  readonly origin: Operation['origin'];
}

/** Rows, and the query that gave them. */
export interface QueriedRows<Row> {
  /** SQL on the ledger's tables with parameters by name. */
  readonly query: string;
  readonly parameters: QueryParameters;
  readonly rows: readonly Row[];
}

/** What suggestions are computed from. */
export interface SuggestionRows {
  suggestionRows<Question extends SuggestionQuestion>(
    question: Question,
    filter: OriginFilter,
    asks: SuggestionQuestions[Question]['asks'],
  ): Promise<QueriedRows<SuggestionQuestions[Question]['row']>>;
}
