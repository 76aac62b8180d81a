import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRng } from '../../src/statistics/index.js';

export interface MeasuredModel {
  readonly model: string;
  /** Chance to be right on short prompts, and on long ones. */
  readonly easy: number;
  readonly hard: number;
  /** US dollars a call; null where the data has none. */
  readonly cost: number | null;
}

export interface LongFormatOptions {
  readonly prompts?: number;
  readonly models?: readonly MeasuredModel[];
  readonly domains?: readonly string[];
  /** Which outcomes are drawn; the prompts are the same for every seed. */
  readonly seed?: number;
  /** Published side of the prompt at this index. */
  readonly split?: (index: number) => string;
  /** Cells that are left without a score. */
  readonly unscored?: (index: number, model: number) => boolean;
  /** Index of the first prompt. */
  readonly from?: number;
}

export const SMALL = { model: 'maker/small', easy: 0.95, hard: 0.2, cost: 0.0001 };
export const LARGE = { model: 'maker/large', easy: 0.95, hard: 0.9, cost: 0.01 };

/** Words drawn at random, so that no two texts are near-duplicates. Every other prompt is long, and hard. */
function textOf(index: number): string {
  const rng = createRng('prompt', index);
  const words = Array.from({ length: index % 2 === 0 ? 8 : 20 }, () =>
    Array.from({ length: 6 }, () => String.fromCharCode(97 + rng.below(26))).join(''),
  );
  return words.join(' ');
}

/** Writes recorded outcomes as `import outcomes` reads them, and gives the file's name. */
export function writeLongFormat(folder: string, name: string, options: LongFormatOptions = {}) {
  const { prompts = 300, models = [SMALL, LARGE], domains = ['a', 'b', 'c'], seed = 1 } = options;
  const rng = createRng('outcomes', seed);
  const lines = ['prompt_id,prompt,model,score,cost_usd,domain,split'];
  for (let i = options.from ?? 0; i < (options.from ?? 0) + prompts; i++) {
    models.forEach(({ model, easy, hard, cost }, m) => {
      const score = rng.next() < (i % 2 === 0 ? easy : hard) ? 1 : 0;
      const shown = options.unscored?.(i, m) ? '' : score;
      const domain = domains[Math.floor(i / 2) % domains.length] ?? '';
      const split = options.split?.(i) ?? '';
      lines.push(`p${i},${textOf(i)},${model},${shown},${cost ?? ''},${domain},${split}`);
    });
  }
  writeFileSync(join(folder, `${name}.csv`), lines.join('\n'));
  return `${name}.csv`;
}
