import { describe, expect, test } from 'vitest';
import { logCalls, showProgress } from '../../src/cli/progress.js';
import type { ProgressEvent } from '../../src/experiments/index.js';
import { memoryIo } from './memory-io.js';

const options = { quiet: false, budget: null, simulated: false, spentBefore: 0 };
const cell = (outcome: 'done' | 'failed'): ProgressEvent => ({
  kind: 'cell',
  model: 'a/b',
  outcome,
  cost: 1_000_000,
  error: null,
});

describe('progress on stderr', () => {
  test('in plain lines, not more often than every five seconds', () => {
    const io = memoryIo();
    const { onProgress } = showProgress(io, { ...options, budget: 2_000_000_000 });
    onProgress({ kind: 'begun', planned: 10, resumed: 2, reused: 3 });
    for (const outcome of ['done', 'failed', 'done'] as const) {
      io.pass(2_500);
      onProgress(cell(outcome));
    }
    io.pass(2_500);
    onProgress({ kind: 'judged', judge: 'grader', unscored: true, cost: 0 });
    onProgress({ kind: 'ended' });
    expect(io.errText().split('\n')).toEqual([
      '10 cells: 2 done before, 3 reused, 5 to go',
      '2/5 cells, 0.4/s, $0.0020 of $2.00, 1 failed, about 8 s left',
      '3/5 cells, 0.3/s, $0.0030 of $2.00, 1 failed, 1 unscored, about 7 s left',
      '3/5 cells, 0.3/s, $0.0030 of $2.00, 1 failed, 1 unscored, about 7 s left',
      '',
    ]);
    expect(io.outText()).toBe('');
  });

  test('in a terminal redraws one line that never passes its width', () => {
    const io = memoryIo({ errIsTerminal: true, columns: 30 });
    const { onProgress } = showProgress(io, { ...options, simulated: true });
    onProgress({ kind: 'begun', planned: 4, resumed: 0, reused: 0 });
    io.pass(200);
    onProgress(cell('done'));
    onProgress({ kind: 'stopping', reason: 'interrupted' });
    onProgress({ kind: 'ended' });
    const [first, redrawn, told, last] = io.errText().split(/\r/);
    expect(first).toBe('4 cells\n');
    expect(redrawn).toBe('1/4 cells, 5.0/s, $0.0010 sim');
    expect(told).toMatch(/^Interrupted: .*again to abort it.*\n$/);
    expect(last).toBe('1/4 cells, 5.0/s, $0.0010 sim\n');
  });

  test('says what it waits for, once each time that it changes, and guesses no time', () => {
    const io = memoryIo();
    const { onProgress } = showProgress(io, options);
    onProgress({ kind: 'begun', planned: 8, resumed: 0, reused: 0 });
    const waiting = (underWay: number, answered: number): void => {
      io.pass(10_000);
      onProgress({ kind: 'batches', underWay, answered, items: 4 * underWay });
    };
    waiting(2, 0);
    waiting(2, 0);
    waiting(2, 3);
    onProgress(cell('done'));
    waiting(1, 0);
    waiting(0, 0);
    expect(io.errText().split('\n')).toEqual([
      '8 cells',
      '0/8 cells, $0.0000; waiting for 2 batches, 0 of 8 answered there',
      '0/8 cells, $0.0000; waiting for 2 batches, 3 of 8 answered there',
      '1/8 cells, $0.0010; waiting for a batch, 0 of 4 answered there',
      '1/8 cells, 0.0/s, $0.0010, about 6 min left',
      '',
    ]);
  });

  test('is silent when quiet, but for notes that were asked for', () => {
    const io = memoryIo();
    const { onProgress, note } = showProgress(io, { ...options, quiet: true });
    onProgress({ kind: 'begun', planned: 1, resumed: 0, reused: 0 });
    onProgress(cell('done'));
    onProgress({ kind: 'ended' });
    expect(io.errText()).toBe('');
    const log = logCalls(note);
    log({ kind: 'retry', model: 'a/b', attempt: 2, error: 'rate_limit', waitMs: 512.4 });
    log({ kind: 'slowed', rateLimitKey: 'a', concurrency: 3 });
    expect(io.errText()).toBe(
      'debug: a/b: attempt 2 failed (rate_limit); again in 512 ms\ndebug: a: slowed down to 3 at once\n',
    );
  });
});
