import type { Judge } from './judge.js';
import { scored, unscored } from './verdict.js';

/** The judge `recorded`: the score stored with a recorded answer, or unscored where there is none. */
export function createRecordedJudge(): Judge {
  return {
    id: 'recorded',
    version: 'recorded-1',
    model: null,
    judge: async ({ recordedScore }) =>
      recordedScore === null
        ? unscored('no score is recorded with this answer')
        : scored(recordedScore, null),
  };
}
