import { expect, test } from 'vitest';
import { limitsByLane, ownLane } from '../../src/cli/rate-limits.js';
import { validateExperiment } from '../../src/experiments/index.js';

function read(models: string, judge: string) {
  const read = validateExperiment(
    `name: limits\ndataset: ./d.jsonl\nmodels: [${models}]\njudges: [grader, { id: rubric, model: openai/gpt-4o${judge} }]\n`,
    '/limits.yaml',
    { env: {} },
  );
  if (!('experiment' in read)) throw new Error(JSON.stringify(read.problems));
  return read.experiment;
}

test('limits of a model hold for it as a judge too', () => {
  const experiment = read(
    'openai/o3, { id: openai/gpt-4o, rate_limits: { requests_per_minute: 60 } }',
    '',
  );
  const [free, limited] = experiment.models;
  const judge = experiment.judges.find((one) => one.kind === 'rubric')!;
  expect(ownLane(free!, experiment)).toBeNull();
  expect(ownLane(limited!, experiment)).toBe('openai/gpt-4o');
  expect(judge.kind === 'rubric' && ownLane(judge.modelEntry, experiment)).toBe('openai/gpt-4o');
  expect(limitsByLane(experiment)).toEqual({
    'openai/gpt-4o': { requestsPerMinute: 60, tokensPerMinute: null },
  });
});

test('of two limits on a model the stricter holds', () => {
  const experiment = read(
    '{ id: openai/gpt-4o, rate_limits: { requests_per_minute: 60, max_concurrency: 4 } }',
    ', rate_limits: { requests_per_minute: 30, tokens_per_minute: 1000 }',
  );
  expect(limitsByLane(experiment)).toEqual({
    'openai/gpt-4o': { requestsPerMinute: 30, tokensPerMinute: 1000, maxConcurrency: 4 },
  });
});
