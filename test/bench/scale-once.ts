import { extractFeatures } from '../../src/features/index.js';
import { type Policy, replay } from '../../src/policies/index.js';
import { type RouterData, routers } from '../../src/routers/index.js';
import { createRng } from '../../src/statistics/index.js';
import { syntheticMatrix } from './synthetic-matrix.js';

export interface ScaleStep {
  readonly step: string;
  readonly seconds: number;
}

/** How many different prompts the replayed ones are. */
const DISTINCT = 4000;
/** One of each kind: a lookup, rules, a linear model, neighbours, a cascade. */
const REPLAYED = ['per-domain', 'rules', 'ridge', 'knn', 'cascade'];

const [what, count, models, threads = '1'] = process.argv.slice(2);
const steps: ScaleStep[] = [];
const began = performance.now();
if (what === 'compare') await compareOnce(Number(count), Number(models), Number(threads));
else replayOnce(Number(count), Number(models));
process.stdout.write(
  JSON.stringify({
    steps,
    wall: (performance.now() - began) / 1000,
    peakMib: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
);

/** By the built program, as threads start from that alone. */
async function compareOnce(prompts: number, models: number, most: number): Promise<void> {
  const built = async (part: string) =>
    import(new URL(`../../dist/${part}/index.js`, import.meta.url).href);
  const { compareInThreads }: typeof import('../../src/evaluation/index.js') =
    await built('evaluation');
  const { defaultRouterIds, routers }: typeof import('../../src/routers/index.js') =
    await built('routers');
  const matrix = syntheticMatrix(prompts, models);
  const chosen = defaultRouterIds.map((id) => ({ router: routers.get(id)!, settings: {} }));
  let step = '';
  let before = process.cpuUsage();
  const note = (next: string): void => {
    const { user, system } = process.cpuUsage(before);
    if (step !== '') steps.push({ step, seconds: (user + system) / 1e6 });
    step = next;
    before = process.cpuUsage();
  };
  const run = {
    id: 'scale',
    name: 'scale',
    kind: 'import' as const,
    status: 'complete' as const,
    planHash: '',
    dataHash: '',
    judge: 'recorded',
    models: matrix.models,
    trials: 1,
    seed: 1,
    simulated: true,
    scoreScale: 1,
    costBasis: 'usd' as const,
    codeVersion: '0',
    spec: null,
    startedAt: '',
    endedAt: null,
  };
  const options = { seed: 1, splitSeed: 1, now: new Date(0) };
  await compareInThreads({ run, matrix, routers: chosen, options }, most, note);
  note('');
}

/** The middle setting of each router, over the same prompts again and again, their features given. */
function replayOnce(count: number, models: number): void {
  const matrix = syntheticMatrix(DISTINCT, models);
  const features = matrix.prompts.map(({ messages, domain }) =>
    extractFeatures({ messages, domain }),
  );
  const data: RouterData = {
    models: matrix.models,
    features,
    score: matrix.score,
    cost: matrix.cost,
    text: matrix.text,
    failed: new Uint8Array(matrix.score.length),
    groups: Int32Array.from(features, (_, i) => i),
  };
  const rows = Int32Array.from({ length: count }, (_, i) => i % DISTINCT);
  for (const id of REPLAYED) {
    const fitted = routers.get(id)!.fit(data, data, { seed: 1, dials: 33, settings: {} });
    if ('leftOut' in fitted) throw new Error(`${id} cannot run on the synthetic matrix`);
    const policy: Policy = fitted[Math.floor(fitted.length / 2)]!;
    const before = process.cpuUsage();
    replay(policy, { matrix, features, rows }, createRng(1));
    const { user, system } = process.cpuUsage(before);
    steps.push({ step: policy.id, seconds: (user + system) / 1e6 });
  }
}
