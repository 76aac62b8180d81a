import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandOptions, switchyard, temporaryFolder } from './command.js';

const atRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const experiment = atRoot('experiments/quickstart.yaml');

/** Every key in a document, nested ones as `a.b`, those of list items as `a[].b`. */
function keysOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return keysOf(value[0], `${path}[]`);
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, part]) => {
    const name = path === '' ? key : `${path}.${key}`;
    return [name, ...keysOf(part, name)];
  });
}

const estimateKeys = (path: string) =>
  ['mean', 'low', 'high'].map((key) => (path === '' ? key : `${path}.${key}`));

describe.skipIf(!existsSync(atRoot('datasets/quickstart.jsonl')))(
  'the quickstart, from the experiment to a decision',
  { timeout: 60_000 },
  () => {
    let folder: ReturnType<typeof temporaryFolder>;
    let options: CommandOptions;
    let measured: Record<string, unknown>;

    async function json(...args: string[]): Promise<Record<string, unknown>> {
      const { code, out, err } = await switchyard([...args, '--json', '--quiet'], options);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out.trimEnd().split('\n')).toHaveLength(1);
      expect(out).not.toMatch(/"[a-z]+[A-Z]\w*":/);
      expect(out).not.toMatch(/[.]\d*[1-9]\d{14}/);
      return JSON.parse(out);
    }

    beforeAll(async () => {
      folder = temporaryFolder();
      options = { cwd: folder.path };
      measured = await json('run', experiment);
      await json('compare', 'quickstart', '--bootstrap', '200');
    }, 60_000);
    afterAll(() => folder.remove());

    test('run', () => {
      expect(keysOf(measured)).toEqual(
        expect.arrayContaining([
          ...['run', 'prompts', 'models[].model', 'models[].outcomes', 'models[].scored'],
          ...['models[].mean_score', 'models[].cost_usd_per_1k'],
          ...['planned', 'done', 'reused', 'failed', 'unscored'].map((key) => `cells.${key}`),
          ...['candidate', 'judge', 'total'].map((key) => `spend_usd.${key}`),
        ]),
      );
      // Simulated calls are never money spent.
      expect(measured).toMatchObject({ simulated: true, spend_usd: { total: 0 } });
      expect(measured.prompts).toBeGreaterThanOrEqual(240);
    });

    test('run again goes on with the same run and pays for nothing', async () => {
      const again = await json('run', experiment);
      expect({ ...again, elapsed_ms: 0 }).toEqual({ ...measured, elapsed_ms: 0 });
    });

    test('estimate', async () => {
      const estimated = await json('estimate', experiment, '--no-cache');
      expect(keysOf(estimated)).toEqual(
        expect.arrayContaining([
          ...['calls', 'cost_usd.low', 'cost_usd.expected', 'cost_usd.worst'],
          ...['by_model.simulated/small.calls', 'by_purpose.candidate.calls', 'by_purpose.judge'],
        ]),
      );
      const cost = estimated.cost_usd as { low: number; expected: number; worst: number };
      expect(cost.low).toBeLessThanOrEqual(cost.expected);
      expect(cost.expected).toBeLessThanOrEqual(cost.worst);
      expect(await json('run', experiment, '--dry-run', '--no-cache')).toEqual(estimated);
    });

    test('compare', async () => {
      const compared = await json('compare', 'quickstart', '--bootstrap', '200');
      expect(keysOf(compared)).toEqual(
        expect.arrayContaining([
          ...['run', 'seed', 'splits.fit', 'splits.tune', 'splits.test', 'cost_basis', 'reference'],
          ...['answer', 'policy', 'text', 'margin', 'alpha', 'discordance', 'n_needed'].map(
            (key) => `verdict.${key}`,
          ),
          ...['policy', 'router', 'dial', 'split', 'prompts', 'shares', 'latency_ms.p50'].map(
            (key) => `tradeoffs[].${key}`,
          ),
          ...['latency_ms.p95', 'chosen_on_tune', 'frontier'].map((key) => `tradeoffs[].${key}`),
          ...['quality', 'cost_usd_per_1k', 'quality_delta', 'cost_saving'].flatMap((key) =>
            estimateKeys(`tradeoffs[].${key}`),
          ),
          ...['aiq', 'aiq_paper', 'apgr', 'cpt50', 'cpt80', 'cost_save'].flatMap((key) =>
            estimateKeys(`metrics[].${key}`),
          ),
        ]),
      );
      const { run, verdict, simulated } = compared as {
        run: string;
        simulated: boolean;
        verdict: { answer: string; text: string; checks: unknown };
      };
      expect({ run, simulated }).toEqual({ run: measured.run, simulated: true });
      expect(['route', 'do_not_route', 'too_close']).toContain(verdict.answer);
      expect(verdict.text).toContain('SIMULATED');
      expect(Array.isArray(verdict.checks)).toBe(true);
    });

    test('export and route, with what the table says of itself', async () => {
      const written = await json('export', 'quickstart', '-o', 'tables/mine.json');
      expect(written).toMatchObject({ table: 'tables/mine.json', target: 'json', simulated: true });
      const content = readFileSync(join(folder.path, 'tables/mine.json'), 'utf8');
      expect(written.sha256).toBe(createHash('sha256').update(content).digest('hex'));
      const decided = await json(
        ...['route', '--table', 'tables/mine.json', '--domain', 'arithmetic', 'What is 17 × 23?'],
      );
      expect(decided).toMatchObject({ policy: written.policy, simulated: true });
      expect(decided.model).toMatch(/^simulated\//);
      expect(decided.reasons).not.toHaveLength(0);
    });

    test('export fits what the latest comparison compared, and nothing else', async () => {
      await json('compare', 'quickstart', '--routers', 'complexity', '--bootstrap', '100');
      const written = await json('export', 'quickstart', '--policy', 'complexity@tuned');
      const table = JSON.parse(readFileSync(join(folder.path, String(written.table)), 'utf8'));
      expect(table.policy).toMatchObject({ id: written.policy, router: 'complexity' });
      expect(Number(table.policy.dial)).toBeGreaterThan(0);
      const refused = await switchyard(
        ['export', 'quickstart', '--policy', 'cascade@tuned'],
        options,
      );
      expect(refused).toMatchObject({ code: 2, out: '' });
    });

    test('what a person sees is labelled at every step and names the next one', async () => {
      for (const [line, next] of [
        ['show quickstart', 'switchyard compare quickstart'],
        ['compare quickstart --bootstrap 200', 'switchyard export quickstart --policy '],
        ['export quickstart', 'switchyard route --table results/quickstart.table.json'],
        ['route --table results/quickstart.table.json --domain arithmetic hello', ''],
        ['list', 'switchyard show quickstart'],
      ] as const) {
        const { code, out, err } = await switchyard(line.split(' '), options);
        expect(code).toBe(0);
        expect(out).toMatch(/simulated/i);
        expect(err).toContain(next);
      }
    });
  },
);
