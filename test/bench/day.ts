import { fileURLToPath } from 'node:url';
import {
  cacheKey,
  calibrate,
  ExactCache,
  guardRefusal,
  HybridCache,
  SemanticCache,
  similarRequest,
} from '../../src/caches/index.js';
import { type LabelledPair, readCachePairs } from '../../src/cli/cache-pairs.js';
import { compressRequest, WhitespaceCompressor } from '../../src/compression/index.js';
import { approximateTokens, priceUsage, toUsd } from '../../src/costs/index.js';
import { type Prompt, readDataset } from '../../src/datasets/index.js';
import { chanceOfRight, openLocalEmbedder, SIMULATED_PROFILES } from '../../src/models/index.js';
import { createRng } from '../../src/statistics/index.js';
import { createTableReader } from '../../src/store/index.js';
import { openaiChat, textMessages } from '../../src/wire/index.js';
import { type DayRequest, dayTraffic, REQUESTS } from './day-traffic.js';

const SEEDS = Array.from({ length: 10 }, (_, at) => at + 1);
const MAX_FALSE_HITS = 0.01;
const MODELS = SIMULATED_PROFILES.filter(({ id }) => id !== 'simulated/judge');
type Model = (typeof MODELS)[number];
/** The best on average, which is asked where nothing is routed. */
const REFERENCE = MODELS.at(-1)!;
const BOUNDS = { maxEntries: 10_000, maxBytes: 1e8, ttlMs: 3_600_000 };

interface Techniques {
  readonly exact?: true;
  readonly semantic?: true;
  readonly whitespace?: true;
  readonly routing?: true;
  readonly batch?: true;
}
const RUNS: readonly (readonly [string, Techniques])[] = [
  ['nothing', {}],
  ['exact cache', { exact: true }],
  ['exact + semantic cache', { exact: true, semantic: true }],
  ['whitespace', { whitespace: true }],
  ['routing by kind of work', { routing: true }],
  ['batch for what can wait', { batch: true }],
  ['all together', { exact: true, semantic: true, whitespace: true, routing: true, batch: true }],
];

interface DayResult {
  readonly usd: number;
  /** Share of answers that are wrong, false hits of the cache among them. */
  readonly wrong: number;
  readonly exactHits: number;
  readonly semanticHits: number;
  readonly falseHits: number;
}

/** What every day needs, made once. */
interface Day {
  readonly threshold: number;
  readonly vectors: ReadonlyMap<string, Float32Array>;
  readonly table: ReadonlyMap<string, Model>;
}

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/**
 * What each technique saves on a made-up day of requests with repeats, alone and together, and how many
 * answers are wrong for it. It runs through the very caches, compressor and prices of the service,
 * without HTTP. Models and traffic are simulated: no evidence of what real traffic would save.
 * Threshold and table are chosen on pairs and prompts that the day does not hold. What stop words
 * or cuts would do to answers a simulated model cannot tell, so they are left out.
 */
export async function day(): Promise<string> {
  const { pairs } = await readCachePairs(file('datasets/cache-pairs.jsonl'), process.cwd());
  const { prompts } = await readDataset(file('datasets/quickstart.jsonl'), {
    reader: createTableReader(),
  });
  const [fit, asked] = [0, 1].map((part) => prompts.filter((_, at) => at % 2 === part));
  const [calibration, test] = (['calibration', 'test'] as const).map((part) =>
    pairs.filter(({ split }) => split === part),
  );
  const embedder = await openLocalEmbedder();
  const embed = async (texts: Iterable<string>): Promise<Map<string, Float32Array>> => {
    const all = [...new Set(texts)];
    const vectors = await embedder.embed(all);
    return new Map(all.map((text, at) => [text, vectors[at]!]));
  };
  const threshold = await calibrated(calibration!, embed);
  const texts = test!.flatMap(({ a, b }) => [a, b]);
  const work = asked!.map(({ messages }) => messages.at(-1)!.content);
  const vectors = await embed([...texts, ...work]);
  await embedder.close();
  const made: Day = { threshold, vectors, table: fittedTable(fit!) };
  const results = RUNS.map((): DayResult[] => []);
  for (const seed of SEEDS) {
    const requests = dayTraffic(test!, asked!, seed);
    for (const [at, [, techniques]] of RUNS.entries()) {
      results[at]!.push(await lived(requests, techniques, made, seed));
    }
  }
  return [
    `a day, simulated (${REQUESTS} requests, ${SEEDS.length} seeds: mean [least, most]); threshold ${threshold}`,
    ...RUNS.map(([name], at) => line(name, results[at]!, results[0]!)),
  ].join('\n');
}

/** The threshold that the calibration part bears out. A pair that guards refuse is no hit at any similarity. */
async function calibrated(
  pairs: readonly LabelledPair[],
  embed: (texts: Iterable<string>) => Promise<Map<string, Float32Array>>,
): Promise<number> {
  const open = pairs.filter(({ a, b }) => guardRefusal(a, b) === null);
  const vectors = await embed(open.flatMap(({ a, b }) => [a, b]));
  const measured = pairs.map((pair) => {
    const [a, b] = [vectors.get(pair.a), vectors.get(pair.b)];
    const refused = !open.includes(pair);
    return { ...pair, refused, similarity: refused ? 0 : cosine(a!, b!) };
  });
  const { threshold } = calibrate(measured, { maxFalseHits: MAX_FALSE_HITS });
  if (threshold === null) throw new Error('no threshold keeps false hits under the bound');
  return threshold;
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let at = 0; at < a.length; at++) {
    dot += a[at]! * b[at]!;
    aa += a[at]! * a[at]!;
    bb += b[at]! * b[at]!;
  }
  return dot / Math.sqrt(aa * bb);
}

const abilityOf = (model: Model, domain: string | null): number =>
  model.abilities[domain ?? 'general'] ?? model.abilities.general;

/** Whether a model answers rightly: the same each time it is asked the same. */
function isRight(
  model: Model,
  asked: Pick<DayRequest, 'answer' | 'domain' | 'difficulty'>,
  seed: number,
) {
  const chance = chanceOfRight(abilityOf(model, asked.domain), asked.difficulty);
  return createRng(seed, 'right', model.id, asked.answer).next() < chance;
}

/** The model that was right most often on prompts of each kind, the cheaper of equals. */
function fittedTable(prompts: readonly Prompt[]): ReadonlyMap<string, Model> {
  const table = new Map<string, Model>();
  for (const domain of new Set(prompts.flatMap((prompt) => prompt.domain ?? []))) {
    const own = prompts.filter((prompt) => prompt.domain === domain);
    const right = MODELS.map(
      (model) =>
        own.filter(({ id, difficulty = 0.5 }) =>
          isRight(model, { answer: id, domain, difficulty: difficulty ?? 0.5 }, 0),
        ).length,
    );
    table.set(domain, MODELS[right.indexOf(Math.max(...right))]!);
  }
  return table;
}

async function lived(
  requests: readonly DayRequest[],
  techniques: Techniques,
  { threshold, vectors, table }: Day,
  seed: number,
): Promise<DayResult> {
  let now = 0;
  const bounds = { ...BOUNDS, now: () => now };
  const semantic = techniques.semantic ? new SemanticCache({ ...bounds, threshold }) : null;
  const cache = techniques.exact ? new HybridCache(new ExactCache(bounds), semantic) : null;
  const compressor = new WhitespaceCompressor();
  const given = new Map<string, Pick<DayRequest, 'answer'> & { readonly right: boolean }>();
  let [nano, wrong, exactHits, semanticHits, falseHits] = [0, 0, 0, 0, 0];
  for (const asked of requests) {
    now = asked.at;
    const routed = asked.domain === null ? undefined : table.get(asked.domain);
    const model = (techniques.routing ? routed : undefined) ?? REFERENCE;
    const waits = techniques.batch === true && asked.canWait;
    const chat = openaiChat.parseRequest({
      model: model.id,
      messages: [{ role: 'user', content: asked.text }],
    });
    const scope = {
      tenant: asked.tenant,
      answeredBy: model.id,
      format: 'openai',
      domain: asked.domain,
    };
    const key = cacheKey(scope, chat);
    const similar = semantic === null ? null : similarRequest(scope, chat);
    // A batch goes past the service, and so past its cache.
    const hit = waits
      ? null
      : ((await cache?.get({
          key,
          tenant: asked.tenant,
          similar,
          embed: async (text) => vectors.get(text)!,
        })) ?? null);
    if (hit !== null) {
      const stored = given.get(hit.id)!;
      const isFalse = stored.answer !== asked.answer;
      if (hit.similarity === null) exactHits++;
      else semanticHits++;
      if (isFalse) falseHits++;
      if (isFalse || !stored.right) wrong++;
      continue;
    }
    const sent = techniques.whitespace ? compressRequest(chat, compressor).request : chat;
    const [message] = textMessages(sent.messages);
    const usage = {
      input: approximateTokens(message!.content),
      cachedInput: 0,
      cacheWrite: 0,
      output: asked.outputTokens,
      reasoning: 0,
    };
    const cost = priceUsage(usage, model.pricing, { batch: waits });
    const right = isRight(model, asked, seed);
    nano += cost;
    if (!right) wrong++;
    if (cache === null || waits) continue;
    given.set(key, { answer: asked.answer, right });
    cache.set(
      key,
      asked.tenant,
      { answer: answerOf(asked, model), model: model.id, cost },
      similar,
    );
  }
  return { usd: toUsd(nano), wrong: wrong / requests.length, exactHits, semanticHits, falseHits };
}

const answerOf = ({ answer, outputTokens }: DayRequest, { id }: Model) => ({
  id: 'answer',
  model: id,
  created: 0,
  parts: [{ kind: 'text' as const, text: answer }],
  finishReason: 'stop' as const,
  usage: { input: 1, cachedInput: 0, cacheWrite: 0, output: outputTokens, reasoning: 0 },
});

function line(name: string, runs: readonly DayResult[], nothing: readonly DayResult[]): string {
  const over = (of: (run: DayResult, at: number) => number, digits: number): string => {
    const values = runs.map(of);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const shown = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits));
    return `${mean.toFixed(digits)} [${shown.join(', ')}]`;
  };
  const saved = over(({ usd }, at) => 100 * (1 - usd / nothing[at]!.usd), 1);
  const lost = over(({ wrong }, at) => 100 * (wrong - nothing[at]!.wrong), 2);
  return `${name} (simulated): $${over(({ usd }) => usd, 2)}, ${saved} % saved; wrong answers ${over(({ wrong }) => 100 * wrong, 2)} %, ${lost} points more than nothing; hits exact ${over(({ exactHits }) => exactHits, 0)}, semantic ${over(({ semanticHits }) => semanticHits, 0)}, false ${over(({ falseHits }) => falseHits, 0)}`;
}
