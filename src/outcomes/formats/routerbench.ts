import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { checkDataFile, Problems, type Prompt, quote, readCsvFiles } from '../../datasets/index.js';
import { UserError } from '../../user-error.js';
import { isAbsent, readScore, readUsd } from './cell-values.js';
import type { ImportedCell, ImportedOutcomes, ImportFormat } from './imported-run.js';
import { presentModels } from './present-models.js';
import { parsePythonStringList } from './python-strings.js';

const RESPONSE = '|model_response';
const COST = '|total_cost';
const NO_SCORE = 'the data has no score for this answer';

async function csvFiles(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) {
    if ((await checkDataFile(path)) !== 'csv') {
      throw new UserError(`${path}: expected a .csv file of RouterBench, or a folder of them`);
    }
    return [path];
  }
  const names = (await readdir(path)).filter((name) => name.toLowerCase().endsWith('.csv')).sort();
  if (names.length === 0) {
    throw new UserError(
      `${path}: has no .csv files; expected RouterBench files such as mbpp_train.csv (${routerbench.origin})`,
    );
  }
  const files = names.map((name) => join(path, name));
  for (const file of files) await checkDataFile(file);
  return files;
}

/** The side a file's name puts its prompts on: `mbpp_train.csv` is `train`. */
function splitOf(file: string): string | null {
  return /_(train|test|validation)\.csv$/i.exec(basename(file))?.[1]?.toLowerCase() ?? null;
}

/** Models in the order of their score columns. */
function modelsOf(columns: readonly string[]): string[] {
  const known = new Set(columns);
  return columns.filter((name) => known.has(name + RESPONSE) || known.has(name + COST));
}

/**
 * RouterBench (github.com/withmartian/routerbench) as CSV: one row a prompt; for each model a score
 * in [0, 1], its response and its cost in dollars. Prompts and responses are Python list literals:
 * a prompt of several strings becomes as many user turns.
 *
 * A sample id that comes again, in one file or in another, keeps both rows: the later ones get `#2`,
 * `#3`, … and all share a group, so that no split can part them.
 */
async function read(
  path: string,
  options: Parameters<ImportFormat['read']>[1],
): Promise<ImportedOutcomes> {
  const files = await csvFiles(path);
  const problems = new Problems();
  const records = await readCsvFiles(files, options.reader, problems);
  const columns = Object.keys(records[0]?.values ?? {});
  const models = modelsOf(columns);
  const lacking = ['sample_id', 'prompt', 'eval_name'].filter((name) => !columns.includes(name));
  if (lacking.length > 0 || models.length === 0) {
    throw new UserError(
      `${path}: is not RouterBench data: no ${lacking.length > 0 ? `column ${lacking.map(quote).join(', ')}` : `columns MODEL${RESPONSE} or MODEL${COST} beside a column MODEL`} (${routerbench.origin})`,
    );
  }

  const present = presentModels(records, models, (model) => [
    model,
    model + RESPONSE,
    model + COST,
  ]);
  const uses = new Map<string, number>();
  const prompts: Prompt[] = [];
  const cells: ImportedCell[] = [];
  let unparsed = 0;
  const strings = (value: unknown): string[] => {
    const parsed = parsePythonStringList(String(value));
    if (parsed === null) unparsed++;
    return parsed ?? [String(value)];
  };

  for (const { values, position } of records) {
    const complain = (text: string) => problems.add(position, text);
    const sample = values.sample_id;
    if (isAbsent(sample) || isAbsent(values.prompt)) {
      complain(`${isAbsent(sample) ? '"sample_id"' : '"prompt"'} is empty`);
      continue;
    }
    const sampleId = String(sample);
    const use = (uses.get(sampleId) ?? 0) + 1;
    uses.set(sampleId, use);
    const promptId = use === 1 ? sampleId : `${sampleId}#${use}`;
    prompts.push({
      id: promptId,
      messages: strings(values.prompt).map((content) => ({ role: 'user', content })),
      reference: null,
      grader: null,
      domain: isAbsent(values.eval_name) ? null : String(values.eval_name),
      group: use === 1 ? null : sampleId,
      difficulty: null,
      split: splitOf(position.file),
      metadata: {},
    });
    for (const model of models) {
      if (!present.get(position.file)?.has(model)) continue;
      const response = values[model + RESPONSE];
      const score = readScore(values[model], model, complain);
      cells.push({
        promptId,
        model,
        trial: 1,
        score,
        unscored: score === null ? NO_SCORE : null,
        cost: readUsd(values[model + COST], model + COST, complain),
        text: isAbsent(response) ? null : strings(response).join('\n\n'),
        usage: null,
        latencyMs: null,
        rationale: null,
      });
    }
  }
  problems.throwIfAny();

  const repeated = new Set([...uses].filter(([, count]) => count > 1).map(([id]) => id));
  const grouped = prompts.map((prompt) =>
    repeated.has(prompt.id) ? { ...prompt, group: prompt.id } : prompt,
  );
  const notes = [
    ...(repeated.size > 0
      ? [
          `${repeated.size} sample ids come more than once; later ones are named ID#2 and share a group`,
        ]
      : []),
    ...(unparsed > 0
      ? [`${unparsed} prompts or responses are no Python list of strings and are kept as they are`]
      : []),
  ];
  return { prompts: grouped, models, cells, scoreScale: 1, notes };
}

export const routerbench: ImportFormat = {
  name: 'routerbench',
  summary: 'RouterBench CSV files: a file or a folder of them',
  origin: 'github.com/withmartian/routerbench',
  hasContaminationList: false,
  read,
};
