import { fileURLToPath } from 'node:url';
import type { Prompt } from '../datasets/index.js';
import { type AnswerKey, createAnswerKey } from '../models/index.js';

/** The dataset that ships with the program. */
export const shippedDataset = fileURLToPath(
  new URL('../../datasets/quickstart.jsonl', import.meta.url),
);

/** What the simulated models know: the right answer to each prompt, and some wrong ones. */
export function answerKeyOf(prompts: readonly Prompt[]): AnswerKey {
  return createAnswerKey(
    prompts.flatMap(({ messages, reference, grader, domain, difficulty, metadata }) => {
      if (reference === null || grader === null) return [];
      const { distractors } = metadata;
      return [
        {
          messages,
          reference,
          grader,
          domain: domain ?? 'general',
          difficulty: difficulty ?? 0.5,
          distractors: Array.isArray(distractors)
            ? distractors.filter((wrong) => typeof wrong === 'string')
            : [],
        },
      ];
    }),
  );
}
