import type { Rubric } from '../rubric.js';
import { correctness } from './correctness.js';
import { quality } from './quality.js';

/** Every rubric by id. A new one is a file and a line here. */
export const rubrics: ReadonlyMap<string, Rubric> = new Map(
  [correctness, quality].map((rubric) => [rubric.id, rubric]),
);

/** The rubric that a judge uses where the experiment names none. */
export const DEFAULT_RUBRIC = correctness.id;
