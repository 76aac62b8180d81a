import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exampleInput, exampleMatrix } from '../evaluation/example-run.js';
import { switchyard, temporaryFolder } from './command.js';
import { writeLongFormat } from './long-format.js';

/** As many prompts as make a comparison start a thread, over five folds. */
const PROMPTS = 1900;
const ROUTERS = ['shrinkage', 'knn', 'complexity', 'thompson', 'linucb'];
const QUICK = ['--bootstrap', '100', '--dials', '5'];

describe('compare on several threads', { timeout: 120_000 }, () => {
  let folder: ReturnType<typeof temporaryFolder>;
  const command = (...args: string[]) => switchyard(args, { cwd: folder.path });
  const compare = (threads: number, ...args: string[]) =>
    command('compare', 'many', ...QUICK, '--json', '--threads', String(threads), ...args);

  beforeAll(async () => {
    folder = temporaryFolder();
    const file = writeLongFormat(folder.path, 'many', { prompts: PROMPTS });
    const { code, err } = await command('import', 'outcomes', file, '--name', 'many', '--quiet');
    expect({ code, err }).toEqual({ code: 0, err: '' });
  }, 60_000);
  afterAll(() => folder.remove());

  test('gives the very numbers of one thread', async () => {
    const answers: unknown[] = [];
    for (const threads of [1, 2]) {
      const { code, out, err } = await compare(threads, '--routers', ...ROUTERS);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      const { test_readings: _, provenance, ...comparison } = JSON.parse(out);
      const { created_at: __, ...rest } = provenance;
      answers.push({ ...comparison, ...rest });
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[0]).toMatchObject({ prequential: [{}, {}] });
  });

  test("fits a user's own router beside them", async () => {
    const mine = `export default { id: 'mine', summary: 'Mine', source: 'me',
      fit: () => ({ leftOut: 'it is mine' }), fromDocument: () => null };`;
    writeFileSync(join(folder.path, 'mine.mjs'), mine);
    const { code, out, err } = await compare(2, '--routers', 'mine.mjs', ...ROUTERS);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out).left_out).toContainEqual({ router: 'mine', reason: 'it is mine' });
  });

  test('wants one thread at least', async () => {
    const { code, out, err } = await compare(0);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toBe('switchyard: --threads is 0: give a whole number from 1 up.\n');
  });

  test('a mistake that a thread finds is the same mistake', async () => {
    const built = async (path: string) =>
      import(new URL(`../../dist/${path}`, import.meta.url).href);
    const evaluation: typeof import('../../src/evaluation/index.js') =
      await built('evaluation/index.js');
    const { routers }: typeof import('../../src/routers/index.js') =
      await built('routers/index.js');
    const { UserError } = await built('user-error.js');
    const input = exampleInput(exampleMatrix(PROMPTS));
    const wrong = { models: ['maker/small', 'maker/none'] };
    const asked = {
      ...input,
      routers: [
        ...ROUTERS.map((id) => ({ id, settings: {} })),
        { id: 'cascade', settings: wrong },
      ].map(({ id, settings }) => ({ router: routers.get(id)!, settings })),
    };
    const steps: string[] = [];
    const failed = evaluation.compareInThreads(asked, 2, (step) => steps.push(step));
    await expect(failed).rejects.toBeInstanceOf(UserError);
    await expect(failed).rejects.toThrow(
      'Router "cascade": `settings.models`: there is no model "maker/none"',
    );
    expect(steps.at(-1)).toMatch(/ on 2 threads$/);
  });
});
