import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comparisonDocument } from '../../src/reports/index.js';
import { temporaryFolder } from './command.js';
import { inProcess } from './in-process.js';

const FILE = `name: squeezed
dataset: ./prompts.jsonl
models: [simulated/small, simulated/large]
`;
const VARIANTS = 'compress: [whitespace, { truncate: { max_tokens: 8 } }]\n';
const PROMPTS = Array.from({ length: 60 }, (_, at) => ({
  id: `p${at}`,
  prompt: `A box holds ${at} ${at % 3 === 0 ? '     ' : ''}pens. How many pens does it hold? The other boxes do not matter here.`,
  reference: String(at),
  grader: 'number',
  difficulty: 0.1,
}));

describe('an experiment with compressed prompts', () => {
  const { path: cwd, remove } = temporaryFolder();
  afterAll(remove);
  beforeAll(() => {
    writeFileSync(join(cwd, 'prompts.jsonl'), PROMPTS.map((one) => JSON.stringify(one)).join('\n'));
    writeFileSync(join(cwd, 'plain.yaml'), FILE.replace('squeezed', 'plain'));
    writeFileSync(join(cwd, 'squeezed.yaml'), FILE + VARIANTS);
  });
  const json = async (...args: string[]) => {
    const { code, out, err } = await inProcess([...args, '--json'], cwd);
    expect(err === '' || code === 0, err).toBe(true);
    return JSON.parse(out);
  };

  it('measures, compares and exports, and pays for changed prompts only', async () => {
    await json('run', 'plain.yaml');
    const counts = await json('validate', 'squeezed.yaml');
    expect(counts).toMatchObject({ models: 2, variants: 3, cells: 360 });
    const foreseen = await json('estimate', 'squeezed.yaml');
    // The prompts as they are were answered, and of those with blanks one in three changes.
    expect(foreseen.by_model['simulated/small+whitespace'].calls).toBe(20);
    expect(Object.keys(foreseen.by_model)).not.toContain('simulated/small');
    const run = await json('run', 'squeezed.yaml');
    expect(run.cells).toEqual({ planned: 360, done: 360, reused: 200, failed: 0, unscored: 0 });
    expect(run.models.map(({ model }: { model: string }) => model)).toEqual([
      'simulated/small',
      'simulated/large',
      'simulated/small+whitespace',
      'simulated/large+whitespace',
      'simulated/small+truncate-8',
      'simulated/large+truncate-8',
    ]);

    const routers = ['--routers', 'random', '--bootstrap', '200'];
    const plain = await json('compare', 'plain', ...routers);
    const written = ['-o', 'c.html', '-o', 'c.md'];
    const comparison = await json('compare', 'squeezed', ...routers, ...written);
    expect(comparisonDocument.parse(comparison)).toEqual(comparison);
    const figures = ({ tradeoffs, verdict }: typeof comparison) => ({ tradeoffs, verdict });
    expect(figures(comparison)).toEqual(figures(plain));
    expect(plain.variants).toEqual([]);

    const [lossless, , cut] = comparison.variants;
    expect(lossless).toMatchObject({ variant: 'whitespace', prompts: 60, changed: 20 });
    expect(lossless.input_tokens).toBeLessThan(lossless.input_tokens_without);
    expect(cut).toMatchObject({ variant: 'truncate-8', changed: 60, answer: 'does_not_pay' });
    expect(cut.difference.high).toBeLessThan(0);
    expect(cut.text).toMatch(/^SIMULATED: /);

    const shown = await inProcess(['report', 'squeezed'], cwd);
    expect(shown.out).toContain('compressed prompts');
    for (const file of ['c.html', 'c.md']) {
      const text = readFileSync(join(cwd, file), 'utf8');
      expect(text).toContain('Compressed prompts');
      expect(text).toContain('SIMULATED: truncate-8 with simulated/small does not pay');
    }
    const exported = await inProcess(['export', 'squeezed', '-o', 'table.json'], cwd);
    expect(exported.code, exported.err).toBe(0);
    expect(readFileSync(join(cwd, 'table.json'), 'utf8')).not.toContain('truncate-8');
  });

  it('says that several runs are compared without them', async () => {
    const { warnings, variants } = await json(
      ...['compare', 'squeezed', 'plain', '--routers', 'random', '--bootstrap', '200'],
    );
    expect(variants).toEqual([]);
    expect(warnings.join('\n')).toContain('Compressed prompts are left out');
  });
});
