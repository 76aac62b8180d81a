import type { Rubric } from '../rubric.js';

export const quality: Rubric = {
  id: 'quality',
  version: 1,
  summary: 'how well the answer serves whoever asked, for work without one right answer',
  instructions: [
    'Judge how well the answer serves the person who asked: does it do what was asked, is what it says true, is it complete without padding, and can it be used as it stands?',
    'Where a reference is given, take it as one good answer among others, not as the only one.',
    'A false statement of substance weighs more than a missing one; a missing one weighs more than style.',
    'Longer is not better. Confidence and politeness do not count.',
  ],
  scale: [
    { verdict: 'excellent', score: 1, meaning: 'nothing that matters could be improved' },
    { verdict: 'good', score: 0.75, meaning: 'does what was asked, with small flaws' },
    { verdict: 'fair', score: 0.5, meaning: 'of use, with a clear gap or error' },
    { verdict: 'poor', score: 0.25, meaning: 'of little use: large gaps or errors' },
    { verdict: 'bad', score: 0, meaning: 'of no use, false or beside the question' },
  ],
};
