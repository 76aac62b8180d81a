import { type ClusterMean, groupsToRuleOut, rowsNeeded } from '../statistics/index.js';

/** What was seen of a candidate whose verdict is open. */
export interface OpenCase {
  /** Its quality and cost less those of the reference. */
  readonly quality: ClusterMean;
  readonly cost: ClusterMean;
  readonly gain: { readonly mean: number; readonly standardError: number };
  readonly holds: Readonly<Record<'quality' | 'cost' | 'mixture', boolean>>;
  readonly margin: number;
  /** A gain of this at most is not worth having. */
  readonly trifling: number;
  readonly alpha: number;
  readonly testRows: number;
  /** Groups that the test rows count for. */
  readonly testGroups: number;
  /** Prompts of the run for each test row. */
  readonly promptsPerTestRow: number;
}

export interface PromptsNeeded {
  /** Prompts in all, at 80 % power. */
  readonly prompts: number;
  /** What so many would show, as the end of "N prompts would show …". */
  readonly shows: string;
}

/** No group differed from another: what more of them show is that none does. */
const WITHOUT_SPREAD = 1e-12;

/**
 * How many prompts would settle the case, and as what, if the differences stay as they were seen:
 * that all checks that are open hold, that the quality is not within the margin, or that the gain
 * over the mixture is trifling, whichever takes fewest. Null where no number of prompts would.
 */
export function promptsNeeded(of: OpenCase): PromptsNeeded | null {
  const { quality, cost, gain, holds, margin, trifling } = of;
  const perRow = Math.sqrt(of.testRows);
  const rowsPerGroup = of.testRows / of.testGroups;
  const rows = (error: number, effect: number): number | null => {
    if (!(error <= WITHOUT_SPREAD)) return rowsNeeded(error * perRow, effect, { alpha: of.alpha });
    const groups = groupsToRuleOut(effect, of.alpha);
    return groups === null ? null : groups * rowsPerGroup;
  };
  const open = [
    {
      holds: holds.quality,
      rows: rows(quality.standardError, quality.mean + margin),
      shows: `its quality is within ${margin}`,
    },
    { holds: holds.cost, rows: rows(cost.standardError, -cost.mean), shows: 'it costs less' },
    {
      holds: holds.mixture,
      rows: rows(gain.standardError, gain.mean),
      shows: 'it beats the mixture',
    },
  ].filter((check) => !check.holds);
  const allHold = open.every((check) => check.rows !== null)
    ? [
        {
          rows: Math.max(...open.map((check) => check.rows ?? 0)),
          shows: `that ${open.map(({ shows }) => shows).join(' and ')}`,
        },
      ]
    : [];
  const ways = [
    ...allHold,
    {
      rows: rows(quality.standardError, -margin - quality.mean),
      shows: `that its quality is not within ${margin}`,
    },
    {
      rows: rows(gain.standardError, trifling - gain.mean),
      shows: `that it beats the mixture by ${trifling} at most`,
    },
  ].flatMap((way) => (way.rows === null ? [] : [{ ...way, rows: way.rows }]));
  if (ways.length === 0) return null;
  const fewest = ways.reduce((best, way) => (way.rows < best.rows ? way : best));
  const prompts = Math.max(fewest.rows, of.testRows + 1) * of.promptsPerTestRow;
  return { prompts: Math.ceil(prompts), shows: fewest.shows };
}
