import { describe, expect, test } from 'vitest';
import {
  buildMatrix,
  type ImportedRun,
  importOutcomes,
  summarizeModels,
  toRun,
} from '../../src/outcomes/index.js';
import { createTableReader } from '../../src/store/index.js';
import { problemLines } from '../datasets/files.js';
import { recorded, recordedData } from '../recorded-data.js';

const WEAK = 'mistralai/Mixtral-8x7B-Instruct-v0.1';
const STRONG = 'gpt-4-1106-preview';
const reader = createTableReader();

/** Summaries by model, through everything between a file and a comparison. */
function summaries(imported: ImportedRun) {
  const { run, prompts, outcomes, scores } = toRun(imported, {
    name: 'recorded',
    now: '2026-01-01T00:00:00.000Z',
    codeVersion: '0',
  });
  const matrix = buildMatrix(run, prompts, outcomes, scores, { judge: run.judge, failed: 'zero' });
  return new Map(summarizeModels(matrix).map((summary) => [summary.model, summary]));
}

describe.skipIf(!recordedData)('recorded outcomes of RouteLLM', () => {
  test('MMLU: accuracies over all 14,042 prompts', async () => {
    const imported = await importOutcomes('routellm', recorded('routellm', 'mmlu'), { reader });
    expect(imported.prompts).toHaveLength(14_042);
    expect(new Set(imported.prompts.map(({ id }) => id)).size).toBe(14_042);
    expect(new Set(imported.prompts.map(({ domain }) => domain)).size).toBe(57);
    expect(imported.cells).toHaveLength(28_084);
    expect(imported.models).toEqual([WEAK, STRONG]);
    expect(imported.notes).toContain('105 prompts repeat an earlier one word for word');
    const models = summaries(imported);
    expect(models.get(WEAK)?.meanScore?.toFixed(6)).toBe('0.680815');
    expect(models.get(STRONG)?.meanScore?.toFixed(6)).toBe('0.805797');
    expect(models.get(STRONG)?.costUsdPer1k).toBeNull();
  });

  test('MMLU without what its authors drop: 14,037 prompts', async () => {
    const path = recorded('routellm', 'mmlu', 'responses');
    const imported = await importOutcomes('routellm', path, { reader, decontaminate: true });
    expect(imported.prompts).toHaveLength(14_037);
    const models = summaries(imported);
    expect((100 * models.get(WEAK)!.meanScore!).toFixed(3)).toBe('68.091');
    expect((100 * models.get(STRONG)!.meanScore!).toFixed(3)).toBe('80.587');
  });

  test('one subject alone has the ids that it has among all', async () => {
    const path = recorded('routellm', 'mmlu', 'responses', 'mmlu_anatomy.csv');
    const imported = await importOutcomes('routellm', path, { reader });
    expect(imported.prompts[0]).toMatchObject({ id: 'mmlu/anatomy/1', domain: 'anatomy' });
    expect(imported.prompts).toHaveLength(135);
  });

  test('MT-Bench: mean ratings over all turns and over the 72 questions left', async () => {
    const path = recorded('routellm', 'mt_bench');
    const all = await importOutcomes('routellm', path, { reader });
    expect([all.prompts.length, all.cells.length, all.scoreScale]).toEqual([160, 320, 10]);
    const ratings = summaries(all);
    expect((10 * ratings.get(WEAK)!.meanScore!).toFixed(6)).toBe('8.340625');
    expect((10 * ratings.get(STRONG)!.meanScore!).toFixed(6)).toBe('9.228125');
    expect(all.judgeModel).toBe('gpt-4');
    // Every answer could be cut out of what the judge was shown.
    expect(all.cells.filter(({ text }) => text === null)).toEqual([]);
    expect(all.cells.filter(({ rationale }) => rationale === null)).toEqual([]);

    const kept = await importOutcomes('routellm', path, { reader, decontaminate: true });
    expect(new Set(kept.prompts.map(({ group }) => group)).size).toBe(72);
    const left = summaries(kept);
    expect((10 * left.get(WEAK)!.meanScore!).toFixed(5)).toBe('8.28125');
    expect((10 * left.get(STRONG)!.meanScore!).toFixed(5)).toBe('9.21181');
  });

  test('the folder of all benchmarks names those to choose from', async () => {
    const path = recorded('routellm');
    const lines = await problemLines(importOutcomes('routellm', path, { reader }), path);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/give one of ".*mmlu", ".*mt_bench"$/);
  });
});

describe.skipIf(!recordedData)('recorded outcomes of RouterBench', () => {
  const read = (...path: string[]) =>
    importOutcomes('routerbench', recorded('routerbench', ...path), { reader });

  test.each([
    ['winograde_test.csv', 380, 'gpt-4-1106-preview', '0.855', '3.5312'],
    ['winograde_test.csv', 380, 'zero-one-ai/Yi-34B-Chat', '0.742', '0.2809'],
    ['winograde_test.csv', 380, 'mistralai/mixtral-8x7b-chat', '0.684', '0.2113'],
    ['winograde_test.csv', 380, 'mistralai/mistral-7b-chat', '0.574', '0.0704'],
    ['mbpp_test.csv', 128, 'gpt-4-1106-preview', '0.688', '9.3816'],
    ['mbpp_test.csv', 128, 'gpt-3.5-turbo-1106', '0.688', '0.3361'],
  ])('%s, %i prompts: %s scores %s at $%s per 1,000', async (file, prompts, model, score, cost) => {
    const imported = await read(file);
    expect(imported.prompts).toHaveLength(prompts);
    expect(imported.models).toHaveLength(11);
    const summary = summaries(imported).get(model);
    expect(summary?.meanScore?.toFixed(3)).toBe(score);
    expect(summary?.costUsdPer1k?.toFixed(4)).toBe(cost);
  });

  test('the folder is one run, each prompt on its published side; all literals are read', async () => {
    const { prompts, cells, notes } = await read();
    const sides: Record<string, number> = {};
    for (const { domain, split } of prompts) {
      const side = `${domain} ${split}`;
      sides[side] = (sides[side] ?? 0) + 1;
    }
    expect(sides).toEqual({
      'mbpp test': 128,
      'mbpp train': 299,
      'winogrande test': 380,
      'winogrande train': 887,
    });
    expect(cells).toHaveLength(11 * 1694);
    expect(notes).toEqual([]);
    expect(prompts.every(({ messages }) => !messages[0]!.content.startsWith('['))).toBe(true);
  });
});
