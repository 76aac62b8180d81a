import { fileURLToPath } from 'node:url';
import type { Prompt } from '../datasets/index.js';
import type { PlannedVariant } from '../experiments/index.js';
import { type AnswerKey, createAnswerKey } from '../models/index.js';
import type { Message } from '../wire/index.js';

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

/**
 * The same key for compressed prompts too: each is as its prompt, but harder by the share of words
 * that it lost, up to hopeless for one that lost all. Invented, as everything about simulated models.
 */
export function withCompressed(
  key: AnswerKey,
  prompts: readonly Prompt[],
  variants: readonly PlannedVariant[],
): AnswerKey {
  if (variants.length === 0) return key;
  const originals = new Map<string, readonly Message[]>();
  for (const { messages } of variants) {
    messages.forEach((compressed, row) => {
      const original = prompts[row]!.messages;
      if (compressed !== original) originals.set(JSON.stringify(compressed), original);
    });
  }
  return {
    find(messages) {
      const original = originals.get(JSON.stringify(messages));
      const entry = key.find(original ?? messages);
      if (original === undefined || entry === null) return entry;
      const lost = shareOfWordsLost(original, messages);
      return { ...entry, difficulty: entry.difficulty + (1 - entry.difficulty) * lost };
    },
  };
}

function shareOfWordsLost(original: readonly Message[], compressed: readonly Message[]): number {
  const words = wordCount(original);
  return words === 0 ? 0 : Math.max(0, 1 - wordCount(compressed) / words);
}

function wordCount(messages: readonly Message[]): number {
  return messages.reduce(
    (count, { content }) => count + content.split(/\s+/).filter(Boolean).length,
    0,
  );
}
