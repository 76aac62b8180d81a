import type { Grader } from '../grader.js';
import { choice } from './choice.js';
import { exact } from './exact.js';
import { includes } from './includes.js';
import { json } from './json.js';
import { number } from './number.js';
import { regex } from './regex.js';

/** Every grader by name. A new one is a file and a line here. */
export const graders: ReadonlyMap<string, Grader> = new Map(
  [exact, includes, regex, number, choice, json].map((grader) => [grader.name, grader]),
);
