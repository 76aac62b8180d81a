import { type RegisteredStep, registeredStep } from '../compression-step.js';
import { llm } from './llm.js';
import { stopwords } from './stopwords.js';
import { truncate } from './truncate.js';
import { whitespace } from './whitespace.js';

/** Every kind of step by id. A new one is a file and a line here. */
export const compressionSteps: ReadonlyMap<string, RegisteredStep> = new Map(
  [
    registeredStep(whitespace),
    registeredStep(stopwords),
    registeredStep(truncate),
    registeredStep(llm),
  ].map((step) => [step.id, step]),
);
