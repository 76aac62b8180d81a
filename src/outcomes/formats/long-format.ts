import type { TokenUsage } from '../../costs/index.js';
import {
  type DataRecord,
  lineOf,
  type Position,
  Problems,
  type Prompt,
  quote,
  readRecords,
} from '../../datasets/index.js';
import { didYouMean } from '../../did-you-mean.js';
import { UserError } from '../../user-error.js';
import { isAbsent, readNumber, readScore, readUsd } from './cell-values.js';
import type {
  ImportedCell,
  ImportedOutcomes,
  ImportFormat,
  ImportOptions,
} from './imported-run.js';

const REQUIRED = ['prompt_id', 'prompt', 'model', 'score', 'cost_usd'] as const;
const OPTIONAL = [
  'input_tokens',
  'output_tokens',
  'latency_ms',
  'response',
  'domain',
  'group',
  'split',
  'trial',
] as const;
const COLUMNS: readonly string[] = [...REQUIRED, ...OPTIONAL];
/** What every row of a prompt must agree on. A row may leave it out if another row has it. */
const OF_THE_PROMPT = ['prompt', 'domain', 'group', 'split'] as const;
type PromptField = (typeof OF_THE_PROMPT)[number];

const NO_SCORE = 'the data has no score for this answer';

/** A prompt as gathered from its rows so far: each field with the place that gave it. */
interface Gathered {
  readonly first: Position;
  readonly fields: Map<PromptField, { readonly value: string; readonly position: Position }>;
}

function checkColumns(records: readonly DataRecord[], path: string, problems: Problems): void {
  const [first] = records;
  if (first === undefined) {
    problems.throwIfAny();
    throw new UserError(`${path}: has no rows; expected one a prompt, model and trial`);
  }
  const isJson = first.format === 'jsonl';
  const seen = new Set<string>();
  for (const { values, position } of isJson ? records : [first]) {
    const place =
      first.format === 'csv' ? { file: path, line: 1 } : isJson ? position : { file: path };
    for (const key of Object.keys(values)) {
      if (!COLUMNS.includes(key) && !seen.has(key)) {
        problems.add(
          place,
          `unknown ${isJson ? 'key' : 'column'} ${quote(key)}${didYouMean(key, COLUMNS)}; known are ${COLUMNS.join(', ')}`,
        );
      }
      seen.add(key);
    }
  }
  const misspelt = (wanted: string) =>
    [...seen].some((key) => !COLUMNS.includes(key) && didYouMean(key, [wanted]) !== '');
  for (const name of REQUIRED) {
    if (!seen.has(name) && !misspelt(name)) {
      const hint = name === 'cost_usd' ? '; leave its cells empty where the cost is unknown' : '';
      problems.add({ file: path }, `has no ${isJson ? 'key' : 'column'} "${name}"${hint}`);
    }
  }
  problems.throwIfAny();
}

/** Adds what a row says of its prompt, unless it contradicts an earlier row. */
function gather(
  prompts: Map<string, Gathered>,
  id: string,
  row: DataRecord,
  problems: Problems,
): void {
  let known = prompts.get(id);
  if (known === undefined) {
    known = { first: row.position, fields: new Map() };
    prompts.set(id, known);
  }
  for (const name of OF_THE_PROMPT) {
    const given = row.values[name];
    if (isAbsent(given)) continue;
    if (typeof given !== 'string') {
      problems.add(row.position, `"${name}" must be a text, got ${quote(given)}`);
      continue;
    }
    const earlier = known.fields.get(name);
    if (earlier === undefined) known.fields.set(name, { value: given, position: row.position });
    else if (earlier.value !== given) {
      problems.add(
        row.position,
        `"${name}" of prompt ${quote(id)} is ${quote(given)}, but ${quote(earlier.value)} on ${lineOf(earlier.position)}; one prompt_id stands for one prompt`,
      );
    }
  }
}

function readUsage(values: DataRecord['values'], complain: (text: string) => void) {
  const count = { least: 0, integer: true };
  const input = readNumber(values.input_tokens, 'input_tokens', count, complain);
  const output = readNumber(values.output_tokens, 'output_tokens', count, complain);
  const usage: TokenUsage | null =
    input === null || output === null
      ? null
      : { input, cachedInput: 0, cacheWrite: 0, output, reasoning: 0 };
  return { usage, half: (input === null) !== (output === null) };
}

async function read(path: string, { reader }: ImportOptions): Promise<ImportedOutcomes> {
  const problems = new Problems();
  const records = await readRecords(path, reader, problems);
  checkColumns(records, path, problems);

  const gathered = new Map<string, Gathered>();
  const places = new Map<string, Position>();
  const models = new Set<string>();
  const cells: ImportedCell[] = [];
  let halfCounted = 0;
  for (const record of records) {
    const { values, position } = record;
    const complain = (text: string) => problems.add(position, text);
    const { prompt_id: id, model, response } = values;
    const promptId = typeof id === 'number' ? String(id) : id;
    if (isAbsent(promptId) || typeof promptId !== 'string') {
      complain(`"prompt_id" must be a text that is not empty, got ${quote(id ?? null)}`);
      continue;
    }
    if (isAbsent(model) || typeof model !== 'string') {
      complain(`"model" must be a text that is not empty, got ${quote(model ?? null)}`);
      continue;
    }
    if (!isAbsent(response) && typeof response !== 'string') {
      complain(`"response" must be a text, got ${quote(response)}`);
    }
    gather(gathered, promptId, record, problems);
    const trial = readNumber(values.trial, 'trial', { least: 1, integer: true }, complain) ?? 1;
    const key = JSON.stringify([promptId, model, trial]);
    const earlier = places.get(key);
    if (earlier !== undefined) {
      complain(
        `a second outcome of ${quote(model)} on ${quote(promptId)}, trial ${trial}; the first is on ${lineOf(earlier)}. Number repeated answers with the column "trial"`,
      );
      continue;
    }
    places.set(key, position);
    models.add(model);
    const score = readScore(values.score, 'score', complain);
    const { usage, half } = readUsage(values, complain);
    if (half) halfCounted++;
    cells.push({
      promptId,
      model,
      trial,
      score,
      unscored: score === null ? NO_SCORE : null,
      cost: readUsd(values.cost_usd, 'cost_usd', complain),
      text: typeof response === 'string' ? response : null,
      usage,
      latencyMs: readNumber(
        values.latency_ms,
        'latency_ms',
        { least: 0, integer: false },
        complain,
      ),
      rationale: null,
    });
  }

  const prompts: Prompt[] = [];
  for (const [id, { first, fields }] of gathered) {
    const content = fields.get('prompt')?.value;
    if (content === undefined)
      problems.add(first, `no row of prompt ${quote(id)} has its "prompt"`);
    prompts.push({
      id,
      messages: [{ role: 'user', content: content ?? '' }],
      reference: null,
      grader: null,
      domain: fields.get('domain')?.value ?? null,
      group: fields.get('group')?.value ?? null,
      difficulty: null,
      split: fields.get('split')?.value ?? null,
      metadata: {},
    });
  }
  problems.throwIfAny();
  const notes =
    halfCounted > 0
      ? [`${halfCounted} outcomes have only one of input_tokens and output_tokens; left out`]
      : [];
  return { prompts, models: [...models], cells, scoreScale: 1, notes };
}

/**
 * Our own long format, as CSV, JSON Lines or Parquet: one row a prompt, model and trial.
 *
 * | column | |
 * |---|---|
 * | `prompt_id`, `prompt`, `model` | texts; the prompt's text may stand in one of its rows alone |
 * | `score` | 0 to 1, or true and false; empty: unscored |
 * | `cost_usd` | US dollars of this answer, at least 0; empty: unknown |
 * | `input_tokens`, `output_tokens` | optional integers, both or neither |
 * | `latency_ms` | optional, milliseconds |
 * | `response` | optional, the answer's text |
 * | `domain`, `group`, `split` | optional texts, of the prompt |
 * | `trial` | optional, from 1 |
 */
export const longFormat: ImportFormat = {
  name: 'outcomes',
  summary: `one row a prompt and model (${REQUIRED.join(', ')}, …) as CSV, JSON Lines or Parquet`,
  origin: null,
  hasContaminationList: false,
  read,
};
