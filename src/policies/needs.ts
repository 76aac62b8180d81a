import { CELL } from '../outcomes/index.js';
import type { Policy } from './policy.js';
import type { ReplayData } from './replay-data.js';

/** Share of answers whose text must be stored before a policy that reads answers is replayed. */
export const TEXTS_NEEDED = 0.95;

/**
 * Why a policy cannot be replayed over this data, as a clause for a person; null if it can.
 * Ask before replaying: a policy that needs what is not there is left out with this reason.
 */
export function unmetNeed(policy: Policy, data: ReplayData): string | null {
  const { matrix, features, rows } = data;
  const absent = policy.models.find((model) => !matrix.models.includes(model));
  if (absent !== undefined) return `it calls ${absent}, which was not measured`;
  if (policy.needs.domain) {
    const without = rows.reduce((sum, row) => sum + (features[row]!.domain === null ? 1 : 0), 0);
    if (without > 0) return `it needs a domain, and ${without} of ${rows.length} prompts have none`;
  }
  for (const id of policy.needs.signals ?? []) {
    let without = 0;
    for (const row of rows) if (features[row]!.signals?.[id] === undefined) without++;
    if (without > 0) {
      return `it needs the signal "${id}", and ${without} of ${rows.length} prompts lack it`;
    }
  }
  if (policy.needs.answers) {
    const columns = policy.models.map((model) => matrix.models.indexOf(model));
    let answers = 0;
    let stored = 0;
    for (const row of rows) {
      for (const column of columns) {
        const first = (row * matrix.models.length + column) * matrix.trials;
        for (let cell = first; cell < first + matrix.trials; cell++) {
          if (matrix.state[cell] !== CELL.scored) continue;
          answers++;
          if (matrix.text[cell] !== null) stored++;
        }
      }
    }
    if (stored < TEXTS_NEEDED * answers) {
      return `it reads answers, and only ${stored} of ${answers} have their text stored`;
    }
  }
  return null;
}
