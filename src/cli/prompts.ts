import { filterPrompts, type Prompt, readDataset } from '../datasets/index.js';
import type { Experiment, JudgeEntry, ModelEntry } from '../experiments/index.js';
import { graderProblem } from '../judges/index.js';
import type { RecordedLookup } from '../models/index.js';
import { type ImportedRun, importOutcomes } from '../outcomes/index.js';
import { createTableReader } from '../store/index.js';
import { UserError } from '../user-error.js';

/** Prompts of all datasets in order, and the recorded outcomes that came with them. */
export async function readPrompts(
  experiment: Experiment,
): Promise<{ readonly prompts: readonly Prompt[]; readonly imported: readonly ImportedRun[] }> {
  const reader = createTableReader();
  const prompts: Prompt[] = [];
  const imported: ImportedRun[] = [];
  const places = new Map<string, string>();
  for (const entry of experiment.datasets) {
    const { filter } = entry;
    const limit = entry.limit ?? undefined;
    let read: readonly Prompt[];
    if (entry.import === null) {
      read = (await readDataset(entry.path, { reader, filter, limit })).prompts;
    } else {
      const run = await importOutcomes(entry.import, entry.path, { reader });
      imported.push(run);
      read = filterPrompts(run.prompts, filter, entry.path).slice(0, limit);
    }
    for (const prompt of read) {
      const earlier = places.get(prompt.id);
      if (earlier !== undefined) {
        throw new UserError(
          `${entry.path}: the id "${prompt.id}" is also used in ${earlier}: give each prompt of an experiment an id of its own`,
        );
      }
      places.set(prompt.id, entry.path);
      prompts.push(prompt);
    }
  }
  return { prompts, imported };
}

export function recordedLookup(imported: readonly ImportedRun[]): RecordedLookup {
  const cells = new Map(
    imported
      .flatMap((run) => run.cells)
      .map((cell) => [JSON.stringify([cell.promptId, cell.model, cell.trial]), cell]),
  );
  return (model, { promptId, trial }) =>
    cells.get(JSON.stringify([promptId, model, trial])) ?? null;
}

/** `recorded/*` stands for every model of the imported data. */
export function expandRecorded(
  experiment: Experiment,
  imported: readonly ImportedRun[],
): readonly ModelEntry[] {
  const known = [...new Set(imported.flatMap(({ models }) => models))];
  return experiment.models.flatMap((entry) => {
    if (entry.id === 'recorded/*')
      return known.map((model) => ({ ...entry, id: `recorded/${model}` }));
    const name = entry.id.replace(/^recorded\//, '');
    if (name !== entry.id && !known.includes(name)) {
      throw new UserError(
        `Model "${entry.id}" is not in the imported data, which has: ${known.join(', ')}`,
      );
    }
    return [entry];
  });
}

/** Prompts that the judge `grader` could never score are found before anything is paid for. */
export function checkGraders(experiment: Experiment, prompts: readonly Prompt[]): void {
  if (!experiment.judges.some(({ kind }: JudgeEntry) => kind === 'grader')) return;
  const problems = prompts.flatMap((prompt) => {
    const problem = graderProblem(prompt);
    return problem === null ? [] : [`prompt "${prompt.id}": ${problem}`];
  });
  if (problems.length === 0) return;
  const more = problems.length > 5 ? ` (and ${problems.length - 5} more prompts)` : '';
  throw new UserError(`The judge "grader" cannot score ${problems.slice(0, 5).join('; ')}${more}`);
}
