import { type NanoUsd, sumNano, type TokenUsage } from '../../costs/index.js';
import { Problems, type Prompt, quote, type TableRow } from '../../datasets/index.js';
import type { Message } from '../../wire/index.js';
import { readNumber } from './cell-values.js';
import type {
  ImportedCell,
  ImportedOutcomes,
  ImportFormat,
  ImportOptions,
} from './imported-run.js';
import { numberOrNull, readSnapshot } from './service-snapshot.js';

const NOT_JUDGED = 'no judge was to look at this answer';

/** What the model that answered used for it, its retries included. */
interface Metered {
  readonly cost: NanoUsd | null;
  readonly usage: TokenUsage | null;
  readonly latencyMs: number | null;
  readonly estimated: boolean;
  /** Whether other calls were paid for too: other models tried, verifiers, embeddings. */
  readonly otherCalls: boolean;
}

function meter(
  model: string,
  attempts: readonly TableRow[],
  complain: (text: string) => void,
): Metered {
  const own = attempts.filter(
    ({ values }) => values.model === model && values.purpose === 'candidate',
  );
  const costs = own.map(({ values }) =>
    readNumber(values.cost_nano_usd, 'cost_nano_usd', { least: 0, integer: true }, complain),
  );
  const known = costs.filter((cost) => cost !== null);
  const last = own.findLast(({ values }) => values.error === null);
  const tokens = (name: string): number | null =>
    readNumber(last?.values[name], name, { least: 0, integer: true }, complain);
  const input = tokens('input_tokens');
  const output = tokens('output_tokens');
  return {
    cost: own.length === 0 || known.length < costs.length ? null : sumNano(known),
    usage:
      input === null || output === null
        ? null
        : {
            input,
            cachedInput: tokens('cached_input_tokens') ?? 0,
            cacheWrite: tokens('cache_write_tokens') ?? 0,
            output,
            reasoning: tokens('reasoning_tokens') ?? 0,
          },
    latencyMs: numberOrNull(last?.values.latency_ms),
    estimated: own.some(({ values }) => values.estimated === true),
    otherCalls: own.length < attempts.length,
  };
}

async function read(path: string, { reader }: ImportOptions): Promise<ImportedOutcomes> {
  const snapshot = await readSnapshot(path, reader);
  const { answered, leftOut, attempts, judgements, usageFile } = snapshot;
  const simulated = answered.every((operation) => operation.simulated);
  const problems = new Problems();
  const prompts = new Map<string, Prompt>();
  const cells = new Map<string, ImportedCell>();
  let estimated = 0;
  let otherCalls = 0;
  let scored = 0;
  for (const { id, model, promptHash, messages, answer, domain, ...operation } of answered) {
    if (operation.simulated && !simulated) {
      leftOut.add('are simulated among live ones');
      continue;
    }
    const known = prompts.get(promptHash);
    if (known === undefined || (known.domain === null && domain !== null)) {
      prompts.set(promptHash, { ...(known ?? promptOf(promptHash, messages)), domain });
    }
    const name = JSON.stringify([promptHash, model]);
    if (cells.has(name)) {
      leftOut.add('repeat a prompt to the same model, whose first answer is taken');
      continue;
    }
    const metered = meter(model, attempts.get(id) ?? [], (text) =>
      problems.add({ file: usageFile }, `operation ${quote(id)}: ${text}`),
    );
    if (metered.estimated) estimated += 1;
    if (metered.otherCalls) otherCalls += 1;
    const { score, unscored } = judgements.get(id) ?? { score: null, unscored: NOT_JUDGED };
    if (score !== null) scored += 1;
    cells.set(name, {
      promptId: promptHash,
      model,
      trial: 1,
      score,
      unscored,
      cost: metered.cost,
      text: answer,
      usage: metered.usage,
      latencyMs: metered.latencyMs ?? operation.latencyMs,
      rationale: null,
    });
  }
  problems.throwIfAny();
  return {
    prompts: [...prompts.values()],
    models: [...new Set([...cells.values()].map(({ model }) => model))],
    cells: [...cells.values()],
    scoreScale: 1,
    ...(simulated ? { simulated } : {}),
    notes: [
      ...leftOut.notes(snapshot.operations),
      ...(judgements.size > 0
        ? [
            `${scored} of ${cells.size} answers have a score, by a judge that looked at a random sample`,
          ]
        : []),
      ...(estimated > 0 ? [`${estimated} costs are estimates, as no count of tokens arrived`] : []),
      ...(otherCalls > 0
        ? [
            `${otherCalls} operations paid for other calls too (other models tried, verifiers, embeddings); an answer's cost here is its own model's alone`,
          ]
        : []),
      ...(simulated ? ['every answer is simulated: never evidence'] : []),
    ],
  };
}

const promptOf = (id: string, messages: readonly Message[]): Prompt => ({
  id,
  messages: messages.map(({ role, content }) => ({ role, content })),
  reference: null,
  grader: null,
  domain: null,
  group: null,
  difficulty: null,
  split: null,
  metadata: {},
});

/**
 * What a service answered, from a folder of its snapshots: the latest one there. A prompt is a distinct
 * list of messages, named by its hash; its domain is the one that callers declared. Of several answers
 * of a model to a prompt the first is taken, as a comparison wants equally many for every prompt.
 * Scores are those of the service's judge, who looked at a random sample; what callers said is left out,
 * as they chose what to judge. Simulated answers are imported only where there are no live ones.
 */
export const service: ImportFormat = {
  name: 'service',
  summary: 'what a service answered: the folder of its snapshots, with its prompts stored',
  origin: null,
  hasContaminationList: false,
  read,
};
