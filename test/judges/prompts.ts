import type { Prompt } from '../../src/datasets/index.js';

/** A prompt with what a test cares about; the rest is plain. */
export function promptWith(members: Partial<Prompt>): Prompt {
  return {
    id: 'p1',
    messages: [{ role: 'user', content: 'What is 2 + 2?' }],
    reference: null,
    grader: null,
    domain: null,
    group: null,
    difficulty: null,
    split: null,
    metadata: {},
    ...members,
  };
}
