import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importOutcomes, toRun } from '../../src/outcomes/index.js';
import { createTableReader } from '../../src/store/index.js';
import { problemLines, temporaryFolder } from '../datasets/files.js';

const reader = createTableReader();
const folder = temporaryFolder();
for (const name of ['evals/mmlu/responses', 'evals/gsm8k', 'evals/mt_bench', 'empty']) {
  mkdirSync(join(folder.path, name), { recursive: true });
}
const at = (name: string) => join(folder.path, name);
const read = (name: string, decontaminate = false) =>
  importOutcomes('routellm', at(name), { reader, decontaminate });
const problemsOf = (name: string, decontaminate = false) =>
  problemLines(read(name, decontaminate), folder.path);
const json = (value: unknown) => `${JSON.stringify(value)}\n`;

folder.write(
  'evals/mmlu/responses/mmlu_anatomy.csv',
  'prompt,org/weak,strong\n"one\nA. x\nAnswer:",True,False\ntwo,False,True\none more,True,\n',
);
folder.write('evals/mmlu/responses/mmlu_virology.csv', 'prompt,org/weak,strong\ntwo,True,True\n');
folder.write('evals/mmlu/contaminated_prompts.jsonl', json({ eval_prompt: 'two', eval_idx: 1 }));
folder.write(
  'evals/gsm8k/gsm8k_responses.csv',
  'prompt,weak,strong,weak_response,strong_response\n1+1?,True,True,2,"It is\n2"\n',
);
folder.write(
  'evals/mt_bench/question.jsonl',
  json({ question_id: 81, category: 'writing', turns: ['Write.', 'Again.'] }) +
    json({ question_id: 101, category: 'math', turns: ['Sum?', 'More?'], reference: ['2', '3'] }),
);
folder.write('evals/mt_bench/contaminated_prompts.jsonl', json({ eval_prompt: 'Write.' }));
const judged = (question: number, turn: number, score: number, answer: string, shown?: string) => ({
  question_id: question,
  model: 'm',
  judge: ['gpt-4', 'single-v1'],
  user_prompt:
    shown ??
    `[Question]\nWrite.\n\n[The Start of Assistant's Answer]\n${answer}\n[The End of Assistant's Answer]`,
  judgment: `Fine. Rating: [[${score}]]`,
  score,
  turn,
});
const secondTurn = (answer: string) =>
  `<|The Start of Assistant A's Conversation with User|>\n\n### User:\nWrite.\n\n### Assistant A:\nfirst\n\n### User:\nAgain.\n\n### Assistant A:\n${answer}\n\n<|The End of Assistant A's Conversation with User|>`;
folder.write(
  'evals/mt_bench/judgements.jsonl',
  json(judged(81, 2, 7.5, '', secondTurn('second\n\nanswer'))) +
    json(judged(81, 1, 9, 'first')) +
    json(judged(101, 1, -1, "[The Start of Assistant's Answer]\n2")),
);

describe('answer tables', () => {
  test('one prompt a row, its subject from the file; an empty verdict is unscored', async () => {
    const run = await read('evals/mmlu');
    expect(run.prompts.map(({ id, domain }) => [id, domain])).toEqual([
      ['mmlu/anatomy/1', 'anatomy'],
      ['mmlu/anatomy/2', 'anatomy'],
      ['mmlu/anatomy/3', 'anatomy'],
      ['mmlu/virology/1', 'virology'],
    ]);
    expect(run.prompts[0]?.messages).toEqual([{ role: 'user', content: 'one\nA. x\nAnswer:' }]);
    expect(run.models).toEqual(['org/weak', 'strong']);
    expect(run.cells.map(({ score }) => score)).toEqual([1, 0, 0, 1, 1, null, 1, 1]);
    expect(run.cells[5]?.unscored).toBe('the data has no verdict for this answer');
    expect([run.costBasis, run.scoreScale]).toEqual(['call_share', 1]);
    expect(run.notes).toContain('1 prompts repeat an earlier one word for word');
    expect(await read('evals/mmlu/responses')).toMatchObject({ dataHash: run.dataHash });
  });

  test('contaminated prompts are dropped by their text; ids of the others stay', async () => {
    const run = await read('evals/mmlu', true);
    expect(run.prompts.map(({ id }) => id)).toEqual(['mmlu/anatomy/1', 'mmlu/anatomy/3']);
    expect(run.notes).toContain(
      '2 of 4 prompts dropped, as their authors list them as contaminated',
    );
    const alone = await read('evals/mmlu/responses/mmlu_virology.csv', false);
    expect(alone.prompts.map(({ id }) => id)).toEqual(['mmlu/virology/1']);
  });

  test('a table with responses keeps them', async () => {
    const run = await read('evals/gsm8k');
    expect(run.models).toEqual(['weak', 'strong']);
    expect(run.prompts[0]).toMatchObject({ id: 'gsm8k/1', domain: 'gsm8k' });
    expect(run.cells.map(({ text }) => text)).toEqual(['2', 'It is\n2']);
  });

  test('a verdict that is none is placed by line', async () => {
    folder.write('odd.csv', 'prompt,m\n"a\nb",True\nc,maybe\nd,7\n');
    expect(await problemsOf('odd.csv')).toEqual([
      'odd.csv:4: "m" must be a number from 0 to 1, or true or false, got "maybe"',
      'odd.csv:5: "m" must be from 0 to 1, got 7; rescale it first, (score − lowest) ÷ (highest − lowest) of its scale',
    ]);
    folder.write('none.csv', 'question,m\na,True\n');
    expect((await problemsOf('none.csv'))[0]).toMatch(
      /^none\.csv: expected a column "prompt" .*, got "question", "m"$/,
    );
  });
});

describe('MT-Bench', () => {
  test('one prompt a turn, both of a question in one group; ratings are divided by ten', async () => {
    const run = await read('evals/mt_bench');
    expect(
      run.prompts.map(({ id, group, domain, reference }) => [id, group, domain, reference]),
    ).toEqual([
      ['81/1', '81', 'writing', null],
      ['81/2', '81', 'writing', null],
      ['101/1', '101', 'math', '2'],
      ['101/2', '101', 'math', '3'],
    ]);
    expect(run.prompts[1]?.messages).toEqual([
      { role: 'user', content: 'Write.' },
      { role: 'user', content: 'Again.' },
    ]);
    expect(run.scoreScale).toBe(10);
    expect(run.cells.map(({ promptId, score, text }) => [promptId, score, text])).toEqual([
      ['81/2', 0.75, 'second\n\nanswer'],
      ['81/1', 0.9, 'first'],
      // No rating is no score; an answer that holds the marks itself cannot be cut out for sure.
      ['101/1', null, null],
    ]);
    expect(run.cells[0]?.rationale).toBe('Fine. Rating: [[7.5]]');
    expect(run.cells[2]?.unscored).toBe('the judge gave no rating from 1 to 10');
    expect(run.notes[0]).toContain('ratings of gpt-4 from 1 to 10');
  });

  test('a contaminated turn drops the whole question', async () => {
    const run = await read('evals/mt_bench', true);
    expect(run.prompts.map(({ id }) => id)).toEqual(['101/1', '101/2']);
    expect(run.cells.map(({ promptId }) => promptId)).toEqual(['101/1']);
  });
});

describe('paths', () => {
  test('a folder of several benchmarks names them; a strange or missing one names the source', async () => {
    expect(await problemsOf('evals')).toEqual(
      [
        'evals: holds several benchmarks that cannot be one run; give one of "evals/mmlu", "evals/gsm8k", "evals/mt_bench"',
      ].map((line) => line.replaceAll('"evals', `"evals`)),
    );
    expect((await problemsOf('empty'))[0]).toMatch(
      /^empty: holds no data of RouteLLM; .*github\.com\/lm-sys\/RouteLLM/,
    );
    expect(await problemsOf('nowhere/mmlu')).toEqual([
      'nowhere/mmlu: no such file or folder; the data is public: github.com/lm-sys/RouteLLM, folder routellm/evals',
    ]);
    expect((await problemsOf('evals/mt_bench/question.jsonl'))[0]).toMatch(
      /expected the mmlu or mt_bench folder/,
    );
  });

  test('no list to decontaminate by, or an unknown format', async () => {
    expect((await problemsOf('evals/gsm8k', true))[0]).toMatch(
      /^contaminated_prompts\.jsonl: not found in /,
    );
    const unknown = importOutcomes('routelm', at('evals'), { reader });
    expect(await problemLines(unknown, folder.path)).toEqual([
      'unknown import format "routelm" (did you mean "routellm"?); known are routellm, routerbench, outcomes, service',
    ]);
    const listless = importOutcomes('outcomes', at('evals'), { reader, decontaminate: true });
    expect((await problemLines(listless, folder.path))[0]).toMatch(
      /has no list of contaminated prompts/,
    );
  });
});

describe('an import as a run', () => {
  const now = '2026-01-01T00:00:00.000Z';

  test('its id and keys depend on data and name; prompts of equal text have keys of their own', async () => {
    const imported = await read('evals/mmlu');
    const one = toRun(imported, { name: 'x', now, codeVersion: '1' });
    const later = toRun(imported, { name: 'x', now: '2027-01-01T00:00:00.000Z', codeVersion: '2' });
    expect(later.run.id).toBe(one.run.id);
    expect(toRun(imported, { name: 'y', now, codeVersion: '1' }).run.id).not.toBe(one.run.id);
    const [first, ...rest] = imported.cells;
    const mended = { ...imported, cells: [{ ...first!, score: 0 }, ...rest] };
    expect(toRun(mended, { name: 'x', now, codeVersion: '1' }).run.id).not.toBe(one.run.id);
    expect(new Set(one.outcomes.map(({ cellKey }) => cellKey)).size).toBe(one.outcomes.length);
    expect(new Set(one.scores.map(({ scoreKey }) => scoreKey)).size).toBe(one.scores.length);
  });

  test('outcomes are recorded ones with their stored score; nothing is booked as spent', async () => {
    const { run, outcomes, scores, usage } = toRun(await read('evals/mt_bench'), {
      name: 'mt',
      now,
      codeVersion: '1',
    });
    expect(run).toMatchObject({
      kind: 'import',
      status: 'complete',
      judge: 'recorded',
      simulated: false,
      scoreScale: 10,
      trials: 1,
    });
    expect(outcomes[0]).toMatchObject({ origin: 'recorded', status: 'done', recordedScore: 0.75 });
    expect(scores[2]).toMatchObject({ judge: 'recorded', score: null, repeat: 1 });
    expect(usage).toEqual([]);
    for (const { score, unscored } of scores) expect(score === null).not.toBe(unscored === null);
  });
});
