import { temporaryFolder } from '../e2e/command.js';
import { recorded, recordedData } from '../recorded-data.js';
import { measured } from './measured-command.js';

/** All of RouteLLM's MMLU through the command into a new store. Goal: under 5 s. */
export async function importSpeed(): Promise<string> {
  if (recordedData === undefined) return 'import of MMLU: skipped, SWITCHYARD_DATA is not set';
  const folder = temporaryFolder();
  try {
    const { seconds, out, err, peakMib } = await measured(
      ['import', 'routellm', recorded('routellm', 'mmlu'), '--name', 'mmlu', '--json'],
      { cwd: folder.path },
    );
    if (!out.startsWith('{')) throw new Error(`The import failed: ${err}`);
    const { models } = JSON.parse(out) as { models: readonly { outcomes: number }[] };
    const outcomes = models.reduce((sum, model) => sum + model.outcomes, 0);
    return `import of MMLU: ${outcomes} outcomes in ${seconds.toFixed(1)} s, peak ${peakMib ?? '?'} MiB`;
  } finally {
    folder.remove();
  }
}
