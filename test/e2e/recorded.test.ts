import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { recorded, recordedData } from '../recorded-data.js';
import { switchyard, temporaryFolder } from './command.js';

interface Imported {
  readonly prompts: number;
  readonly score_scale: number;
  readonly models: readonly {
    readonly model: string;
    readonly outcomes: number;
    readonly mean_score: number;
    readonly cost_usd_per_1k: number | null;
  }[];
}

/** One of each kind; `npm run bench -- routing` compares them all. */
const ROUTERS = ['complexity', 'logistic', 'cascade', 'linucb'];

// At once, as each is a process of its own that waits for no other.
describe
  .skipIf(!recordedData)
  .concurrent('recorded outcomes, by the command', { timeout: 60_000 }, () => {
    let folder: ReturnType<typeof temporaryFolder>;
    beforeAll(() => {
      folder = temporaryFolder();
    });
    afterAll(() => folder.remove());

    /** Into a store of its own, then compared; gives each model's score in its own scale, and its cost. */
    async function importAndCompare(name: string, ...args: string[]) {
      const options = { cwd: folder.path };
      const further = ['--db', `${name}.duckdb`, '--json', '--quiet'];
      const imported = await switchyard(['import', ...args, '--name', name, ...further], options);
      expect(imported).toMatchObject({ code: 0, err: '' });
      const compared = await switchyard(
        ['compare', name, '--bootstrap', '200', '--routers', ...ROUTERS, ...further],
        options,
      );
      expect(compared).toMatchObject({ code: 0, err: '' });
      const { verdict, tradeoffs, simulated } = JSON.parse(compared.out);
      expect(['route', 'do_not_route', 'too_close']).toContain(verdict.answer);
      expect(tradeoffs.length).toBeGreaterThan(4);
      expect(simulated).toBe(false);
      const summary: Imported = JSON.parse(imported.out);
      return {
        prompts: summary.prompts,
        models: Object.fromEntries(
          summary.models.map((model) => [
            model.model.slice(model.model.lastIndexOf('/') + 1),
            { score: model.mean_score * summary.score_scale, usd: model.cost_usd_per_1k },
          ]),
        ),
      };
    }

    const to = (digits: number, value: number) => expect.closeTo(value, digits);
    const MIXTRAL = 'Mixtral-8x7B-Instruct-v0.1';

    test('MMLU', async () => {
      expect(await importAndCompare('mmlu', 'routellm', recorded('routellm', 'mmlu'))).toEqual({
        prompts: 14_042,
        models: {
          [MIXTRAL]: { score: to(6, 0.680815), usd: null },
          'gpt-4-1106-preview': { score: to(6, 0.805797), usd: null },
        },
      });
    });

    test.each([
      { name: 'mt', flags: [], expected: [to(8, 8.340625), to(8, 9.228125)] },
      { name: 'mt72', flags: ['--decontaminate'], expected: [to(8, 8.28125), to(5, 9.21181)] },
    ])('MT-Bench $flags', async ({ name, flags, expected }) => {
      const path = recorded('routellm', 'mt_bench');
      const { models } = await importAndCompare(name, 'routellm', path, ...flags);
      const scores = Object.values(models).map(({ score }) => score);
      expect(scores.sort()).toEqual(expected);
    });

    test('Winogrande', async () => {
      const path = recorded('routerbench', 'winograde_test.csv');
      const { prompts, models } = await importAndCompare('wg', 'routerbench', path);
      expect(prompts).toBe(380);
      expect(Object.keys(models)).toHaveLength(11);
      expect(models).toMatchObject({
        'gpt-4-1106-preview': { score: to(3, 0.855), usd: to(4, 3.5312) },
        'Yi-34B-Chat': { score: to(3, 0.742), usd: to(4, 0.2809) },
        'mixtral-8x7b-chat': { score: to(3, 0.684), usd: to(4, 0.2113) },
        'mistral-7b-chat': { score: to(3, 0.574), usd: to(4, 0.0704) },
      });
    });

    test('MBPP', async () => {
      const path = recorded('routerbench', 'mbpp_test.csv');
      const { prompts, models } = await importAndCompare('mbpp', 'routerbench', path);
      expect(prompts).toBe(128);
      expect(models).toMatchObject({
        'gpt-4-1106-preview': { score: to(3, 0.688), usd: to(4, 9.3816) },
        'gpt-3.5-turbo-1106': { score: to(3, 0.688), usd: to(4, 0.3361) },
      });
    });
  });
