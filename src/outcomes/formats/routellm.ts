import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { quote } from '../../datasets/index.js';
import { UserError } from '../../user-error.js';
import type { ImportFormat } from './imported-run.js';
import { readMtBench } from './mt-bench.js';
import { readAnswerTables } from './routellm-tables.js';

const ORIGIN = 'github.com/lm-sys/RouteLLM, folder routellm/evals';
const CONTAMINATED = 'contaminated_prompts.jsonl';

/** What a path turned out to be. */
type Source =
  | { readonly kind: 'tables'; readonly files: readonly string[]; readonly home: string }
  | { readonly kind: 'mt_bench'; readonly folder: string; readonly home: string };

const isMmlu = (name: string) => /^mmlu_.+\.csv$/i.test(name);
const isGsm8k = (name: string) => /^gsm8k.*\.csv$/i.test(name);

async function inFolder(folder: string): Promise<Source | null> {
  const names = (await readdir(folder)).sort();
  const at = (name: string) => join(folder, name);
  const mmlu = names.filter(isMmlu);
  const gsm8k = names.filter(isGsm8k);
  const isMtBench = names.includes('judgements.jsonl') && names.includes('question.jsonl');
  if (mmlu.length > 0 && gsm8k.length > 0) {
    throw new UserError(
      `${folder}: holds MMLU and GSM8K files; give one of them, such as ${quote(at(gsm8k[0]!))}`,
    );
  }
  if (isMtBench) return { kind: 'mt_bench', folder, home: folder };
  if (mmlu.length > 0) {
    const home = existsSync(at(CONTAMINATED)) ? folder : dirname(folder);
    return { kind: 'tables', files: mmlu.map(at), home };
  }
  if (gsm8k.length > 0) return { kind: 'tables', files: gsm8k.map(at), home: folder };
  return null;
}

async function locate(path: string): Promise<Source> {
  if (!(await stat(path)).isDirectory()) {
    if (!path.toLowerCase().endsWith('.csv')) {
      throw new UserError(
        `${path}: expected the mmlu or mt_bench folder, or one .csv file of RouteLLM (${ORIGIN})`,
      );
    }
    const folder = dirname(path);
    const home = existsSync(join(folder, CONTAMINATED)) ? folder : dirname(folder);
    return { kind: 'tables', files: [path], home };
  }
  const direct = await inFolder(path);
  if (direct !== null) return direct;
  const responses = join(path, 'responses');
  if (existsSync(responses)) {
    const below = await inFolder(responses);
    if (below !== null) return { ...below, home: path };
  }
  const benchmarks: string[] = [];
  for (const name of ['mmlu', 'gsm8k', 'mt_bench']) {
    if (existsSync(join(path, name))) benchmarks.push(join(path, name));
  }
  const [only] = benchmarks;
  if (benchmarks.length === 1 && only !== undefined) return locate(only);
  if (benchmarks.length > 1) {
    throw new UserError(
      `${path}: holds several benchmarks that cannot be one run; give one of ${benchmarks.map(quote).join(', ')}`,
    );
  }
  throw new UserError(
    `${path}: holds no data of RouteLLM; expected mmlu_*.csv, gsm8k_*.csv, or judgements.jsonl with question.jsonl (${ORIGIN})`,
  );
}

/**
 * The evaluation data of RouteLLM (github.com/lm-sys/RouteLLM): MMLU and GSM8K, right or wrong by
 * model without costs, and MT-Bench with the scores of a judge.
 */
export const routellm: ImportFormat = {
  name: 'routellm',
  summary: 'RouteLLM evaluation data: the mmlu or mt_bench folder, or one CSV file',
  origin: ORIGIN,
  hasContaminationList: true,
  async read(path, options) {
    const source = await locate(path);
    const list = join(source.home, CONTAMINATED);
    if (options.decontaminate === true && !existsSync(list)) {
      throw new UserError(
        `${basename(list)}: not found in ${source.home}; it names the prompts to drop (${ORIGIN}). Leave \`decontaminate\` out to keep all`,
      );
    }
    const contaminated = options.decontaminate === true ? list : null;
    return source.kind === 'mt_bench'
      ? readMtBench(source.folder, contaminated)
      : readAnswerTables(source.files, options.reader, contaminated);
  },
};
