import type { Operation } from '../operation.js';
import type { Pace } from './pace.js';
import type { Suggestion } from './suggestion.js';
import type { QueriedRows, SuggestionQuestion, SuggestionQuestions } from './suggestion-rows.js';
import type { SuggestionSettings } from './suggestion-settings.js';

/** What a kind of suggestion is computed from: requests of one origin, one period, and whoever may be seen. */
export interface SuggestionContext {
  readonly origin: Operation['origin'];
  readonly settings: SuggestionSettings;
  ask<Name extends SuggestionQuestion>(
    question: Name,
    asks: SuggestionQuestions[Name]['asks'],
  ): Promise<QueriedRows<SuggestionQuestions[Name]['row']>>;
  /** Time for what is computed here, from now on. */
  pace(): Pace;
  /** Says why something is not computed; the same is said once. */
  note(reason: string): void;
}

/** Null where nothing was found. One that saves nothing is left out by whoever asks. */
export type SuggestionKind = (
  context: SuggestionContext,
) => Promise<Omit<Suggestion, 'simulated'> | null>;
