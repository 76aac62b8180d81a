import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importOutcomes } from '../../src/outcomes/index.js';
import { createTableReader } from '../../src/store/index.js';
import { problemLines, temporaryFolder } from '../datasets/files.js';

const reader = createTableReader();
const folder = temporaryFolder();
mkdirSync(join(folder.path, 'both'));
mkdirSync(join(folder.path, 'none'));
const header =
  ',sample_id,prompt,eval_name,org/a,b,b|model_response,org/a|model_response,b|total_cost,org/a|total_cost,oracle_model_to_route_to';
const read = (name: string) => importOutcomes('routerbench', join(folder.path, name), { reader });
const problemsOf = (name: string) => problemLines(read(name), folder.path);

folder.write(
  'both/task_test.csv',
  `${header}\n7,s1,"['It\\'s ""x""?\\n']",task,1.0,,['no'],"[""it's""]",6.919999999999999e-05,0.00347,org/a\n8,s2,raw text,task,nan,0.0,['x'],nan,,0,b\n`,
);
folder.write(
  'both/task_train.csv',
  `${header}\n9,s1,['Other'],task,0.0,1.0,['y'],['z'],0.001,0.002,b\n`,
);

describe('RouterBench', () => {
  test('scores, responses and costs; an empty score is unscored and an empty cost unknown', async () => {
    const run = await read('both/task_test.csv');
    expect(run.models).toEqual(['org/a', 'b']);
    expect(run.prompts.map(({ id, domain, split }) => [id, domain, split])).toEqual([
      ['s1', 'task', 'test'],
      ['s2', 'task', 'test'],
    ]);
    expect(run.prompts[0]?.messages).toEqual([{ role: 'user', content: 'It\'s "x"?\n' }]);
    expect(run.cells.map(({ model, score, cost, text }) => [model, score, cost, text])).toEqual([
      ['org/a', 1, 3_470_000, "it's"],
      ['b', null, 69_200, 'no'],
      ['org/a', null, 0, 'nan'],
      ['b', 0, null, 'x'],
    ]);
    expect(run.cells[1]?.unscored).toBe('the data has no score for this answer');
    expect(run.costBasis).toBe('usd');
    expect(run.notes).toEqual([
      '2 prompts or responses are no Python list of strings and are kept as they are',
      '2 of 4 outcomes have no score; they are unscored, not wrong',
      '1 of 4 outcomes have no cost; it is unknown, not 0',
    ]);
  });

  test('a folder is one run; a repeated sample id gets a suffix and shares its group', async () => {
    const run = await read('both');
    expect(run.prompts.map(({ id, group, split }) => [id, group, split])).toEqual([
      ['s1', 's1', 'test'],
      ['s2', null, 'test'],
      ['s1#2', 's1', 'train'],
    ]);
    expect(run.cells).toHaveLength(6);
    expect(run.notes[0]).toMatch(/^1 sample ids come more than once/);
  });

  test('a model without anything in a file is missing there, not unscored', async () => {
    folder.write('gap.csv', `${header}\n1,s1,['p'],t,1.0,,,['z'],,0.002,a\n`);
    expect((await read('gap.csv')).cells.map(({ model }) => model)).toEqual(['org/a']);
  });

  test('what is wrong is one line each', async () => {
    folder.write(
      'bad.csv',
      `${header}\n1,s1,"['p\nq']",t,1.5,1,['y'],['z'],-1,0.002,a\n2,,['p'],t,x,1,['y'],['z'],1,free,a\n3,s3,['p'],t,x,1,['y'],['z'],1,free,a\n`,
    );
    expect(await problemsOf('bad.csv')).toEqual([
      'bad.csv:2: "org/a" must be from 0 to 1, got 1.5; rescale it first, (score − lowest) ÷ (highest − lowest) of its scale',
      'bad.csv:2: "b|total_cost" must be US dollars, at least 0, got "-1"',
      'bad.csv:4: "sample_id" is empty',
      'bad.csv:5: "org/a" must be a number from 0 to 1, or true or false, got "x"',
      'bad.csv:5: "org/a|total_cost" must be US dollars, at least 0, got "free"',
    ]);
    folder.write('other.csv', 'a,b\n1,2\n');
    expect((await problemsOf('other.csv'))[0]).toMatch(
      /^other\.csv: is not RouterBench data: no column "sample_id", "prompt", "eval_name" \(github\.com\/withmartian\/routerbench\)$/,
    );
    expect((await problemsOf('none'))[0]).toMatch(/^none: has no \.csv files; .*withmartian/);
    expect(await problemsOf('nowhere')).toEqual([
      'nowhere: no such file or folder; the data is public: github.com/withmartian/routerbench',
    ]);
  });
});
