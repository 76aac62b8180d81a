import { expect, test } from 'vitest';
import { compare, fitForExport } from '../../src/evaluation/index.js';
import { policyFromDocument, routers } from '../../src/routers/index.js';
import { exampleInput, exampleMatrix } from './example-run.js';

const byDomain = [
  { name: 'hard', when: { domain: 'proof' }, use: { tier: 'premium' } },
  { name: 'other', use: { tier: 'economy' } },
];
const inputOf = (settings: Readonly<Record<string, unknown>>) => ({
  ...exampleInput(exampleMatrix(200)),
  routers: [{ router: routers.get('rules')!, settings }],
});

test('rules that ask for the domain are compared with a predicted one, too', () => {
  const input = inputOf({ rules: byDomain });
  const { operatingPoints, leftOut } = compare(input);
  const tested = operatingPoints!.map(({ router }) => router);
  expect(tested).toContain('rules');
  expect([...tested, ...leftOut.map(({ router }) => router)]).toContain('rules-predicted');
  const { policy } = fitForExport(input, 'rules-predicted@fixed');
  expect(policy.needs.domain).toBe(false);
  expect(policyFromDocument(policy.toDocument()).id).toBe('rules-predicted@fixed');
});

test('rules that do not have no twin', () => {
  const { operatingPoints, leftOut } = compare(inputOf({}));
  const named = [...operatingPoints!, ...leftOut].map(({ router }) => router);
  expect(named).toContain('rules');
  expect(named).not.toContain('rules-predicted');
});
