import { temporaryFolder } from '../e2e/command.js';
import { recorded, recordedData } from '../recorded-data.js';
import { measured } from './measured-command.js';

/** What is imported under which name, and how it is compared. */
const DATASETS: readonly {
  readonly name: string;
  readonly source: readonly string[];
  readonly comparisons: readonly (readonly string[])[];
}[] = [
  {
    name: 'routerbench',
    source: ['routerbench', recorded('routerbench')],
    comparisons: [[]],
  },
  {
    name: 'mmlu',
    source: ['routellm', recorded('routellm', 'mmlu')],
    // The second tests all 14,042 prompts, for differences that 4,237 leave open.
    comparisons: [
      [],
      ['--cross-fit', '--routers', 'stack', 'shrinkage', 'ridge', 'logistic', 'knn', 'cluster'],
    ],
  },
  {
    name: 'mt-bench',
    source: ['routellm', recorded('routellm', 'mt_bench')],
    comparisons: [[]],
  },
];

interface Interval {
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

interface Compared {
  readonly verdict: { readonly text: string };
  readonly metric_differences?: readonly {
    readonly metric: string;
    readonly router: string;
    readonly against: string;
    readonly role: string;
    readonly difference: Interval;
    readonly prompts: number;
    readonly groups: number;
  }[];
}

/** The default routers on recorded outcomes of real models: every table with its intervals. */
export async function routing(): Promise<string> {
  if (recordedData === undefined) return 'routing: skipped, SWITCHYARD_DATA is not set';
  const folder = temporaryFolder();
  const run = async (args: readonly string[]) => {
    const result = await measured(args, { cwd: folder.path });
    if (result.code !== 0) throw new Error(`${args.join(' ')} failed: ${result.err}`);
    return result;
  };
  try {
    const lines: string[] = [];
    for (const { name, source, comparisons } of DATASETS) {
      await run(['import', ...source, '--name', name]);
      for (const how of comparisons) {
        const { out, seconds, peakMib } = await run(['compare', name, ...how, '--json']);
        const table = await run(['report', name, '--no-color']);
        lines.push(
          `== compare ${[name, ...how].join(' ')}: ${seconds.toFixed(1)} s, peak ${peakMib ?? '?'} MiB`,
          table.out,
          ...differences(JSON.parse(out) as Compared),
        );
      }
    }
    return lines.join('\n');
  } finally {
    folder.remove();
  }
}

/** Every paired difference, on one line each. */
function differences({ metric_differences: all = [] }: Compared): string[] {
  return all.map(({ metric, router, against, role, difference, prompts, groups }) => {
    const number = (value: number | null): string =>
      value === null ? 'undefined' : value.toFixed(4);
    const { mean, low, high } = difference;
    return `${metric}: ${router} less ${against} (${role}): ${number(mean)} [${number(low)}, ${number(high)}], n = ${prompts} in ${groups} groups`;
  });
}
