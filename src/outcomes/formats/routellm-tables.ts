import { basename } from 'node:path';
import {
  checkDataFile,
  Problems,
  type Prompt,
  quote,
  readCsvFiles,
  type TableReader,
} from '../../datasets/index.js';
import { UserError } from '../../user-error.js';
import { isAbsent, readScore } from './cell-values.js';
import { contaminationNote, readContaminated } from './contamination.js';
import type { ImportedCell, ImportedOutcomes } from './imported-run.js';
import { presentModels } from './present-models.js';

const RESPONSE = '_response';
/** How an unnamed row-number column is called, by pandas and by DuckDB. */
const ROW_NUMBER = /^(column\d+|Unnamed: \d+|)$/;
const NO_SCORE = 'the data has no verdict for this answer';

/** Where the rows of one file belong. */
interface Benchmark {
  readonly domain: string;
  /** Ids are `prefix/row`, so that they are the same whether or not rows are dropped. */
  readonly prefix: string;
}

function benchmarkOf(file: string): Benchmark {
  const name = basename(file).replace(/\.csv$/i, '');
  const subject = /^mmlu_(.+)$/i.exec(name)?.[1];
  if (subject !== undefined) return { domain: subject, prefix: `mmlu/${subject}` };
  const domain = name.replace(/_responses$/i, '');
  return { domain, prefix: domain };
}

function modelsOf(columns: readonly string[]): string[] {
  const known = new Set(columns);
  return columns.filter(
    (name) =>
      name !== 'prompt' &&
      !ROW_NUMBER.test(name) &&
      !(name.endsWith(RESPONSE) && known.has(name.slice(0, -RESPONSE.length))),
  );
}

/**
 * RouteLLM's MMLU and GSM8K tables: a column `prompt`, one column of True and False a model, and
 * perhaps a column `MODEL_response`. They hold neither costs nor tokens.
 * @param contaminated the list of prompts to drop; null to keep all
 */
export async function readAnswerTables(
  files: readonly string[],
  reader: TableReader,
  contaminated: string | null,
): Promise<ImportedOutcomes> {
  for (const file of files) await checkDataFile(file);
  const problems = new Problems();
  const records = await readCsvFiles(files, reader, problems);
  const columns = Object.keys(records[0]?.values ?? {});
  const models = modelsOf(columns);
  if (!columns.includes('prompt') || models.length === 0) {
    throw new UserError(
      `${files[0]}: expected a column "prompt" and a column of True and False for each model, got ${columns.map(quote).join(', ') || 'no rows'}`,
    );
  }
  const dropped = await readContaminated(contaminated);
  const present = presentModels(records, models, (model) => [model]);
  const benchmarks = new Map(files.map((file) => [file, benchmarkOf(file)]));

  const prompts: Prompt[] = [];
  const cells: ImportedCell[] = [];
  const texts = new Set<string>();
  for (const { values, position } of records) {
    const complain = (text: string) => problems.add(position, text);
    const content = values.prompt;
    if (typeof content !== 'string' || content === '') {
      complain('"prompt" is empty');
      continue;
    }
    if (dropped.has(content)) continue;
    texts.add(content);
    const { domain, prefix } = benchmarks.get(position.file) ?? benchmarkOf(position.file);
    const row = 'row' in position ? position.row : prompts.length + 1;
    const promptId = `${prefix}/${row}`;
    prompts.push({
      id: promptId,
      messages: [{ role: 'user', content }],
      reference: null,
      grader: null,
      domain,
      group: null,
      difficulty: null,
      split: null,
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
        cost: null,
        text: isAbsent(response) ? null : String(response),
        usage: null,
        latencyMs: null,
        rationale: null,
      });
    }
  }
  problems.throwIfAny();

  const repeats = prompts.length - texts.size;
  const notes = [
    'no costs in the data: cost is the share of calls to the better model',
    ...(contaminated === null
      ? []
      : [contaminationNote(prompts.length, records.length, 'prompts')]),
    ...(repeats > 0 ? [`${repeats} prompts repeat an earlier one word for word`] : []),
  ];
  return { prompts, models, cells, scoreScale: 1, notes };
}
