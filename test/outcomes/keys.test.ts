import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type CellKeyParts,
  cellKey,
  type ScoreKeyParts,
  scoreKey,
} from '../../src/outcomes/index.js';

const message = fc.record({
  role: fc.constantFrom('system' as const, 'user' as const, 'assistant' as const),
  content: fc.string(),
});
const cellParts: fc.Arbitrary<CellKeyParts> = fc.record({
  messages: fc.array(message, { minLength: 1, maxLength: 3 }),
  model: fc.string(),
  baseUrl: fc.option(fc.webUrl()),
  parameters: fc.record(
    {
      maxTokens: fc.nat(),
      temperature: fc.double({ noNaN: true, noDefaultInfinity: true }),
      seed: fc.nat(),
      stop: fc.array(fc.string()),
      extra: fc.dictionary(fc.string(), fc.integer()),
    },
    { requiredKeys: ['maxTokens'] },
  ),
  responseSchema: fc.option(
    fc.record({ name: fc.string(), schema: fc.dictionary(fc.string(), fc.string()) }),
    {
      nil: undefined,
    },
  ),
  trial: fc.nat(),
});
const scoreParts: fc.Arbitrary<ScoreKeyParts> = fc.record({
  cellKey: fc.string(),
  prompt: fc.record({
    reference: fc.option(fc.string()),
    grader: fc.option(
      fc.record({ name: fc.string(), options: fc.dictionary(fc.string(), fc.integer()) }),
    ),
  }),
  judge: fc.string(),
  judgeVersion: fc.string(),
  repeat: fc.nat(),
});

/** Equal data with the keys of every object the other way round. */
function reversed<T>(value: T): T {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(reversed) as T;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([key, member]) => [key, reversed(member)])) as T;
}

test('a cell key changes with any part, and not with the order of keys', () => {
  fc.assert(
    fc.property(cellParts, (parts) => {
      const key = cellKey(parts);
      expect(cellKey(reversed(parts))).toBe(key);
      const [first, ...rest] = parts.messages;
      const changed: CellKeyParts[] = [
        { ...parts, messages: [...parts.messages, { role: 'user', content: '' }] },
        { ...parts, messages: [{ ...first!, content: `${first!.content}x` }, ...rest] },
        {
          ...parts,
          messages: [{ ...first!, role: first!.role === 'user' ? 'system' : 'user' }, ...rest],
        },
        { ...parts, model: `${parts.model}x` },
        { ...parts, baseUrl: `${parts.baseUrl ?? ''}x` },
        {
          ...parts,
          parameters: { ...parts.parameters, maxTokens: parts.parameters.maxTokens + 1 },
        },
        {
          ...parts,
          parameters: {
            ...parts.parameters,
            temperature: parts.parameters.temperature === 1 ? 0 : 1,
          },
        },
        { ...parts, parameters: { ...parts.parameters, topP: 0.5 } },
        {
          ...parts,
          parameters: { ...parts.parameters, stop: [...(parts.parameters.stop ?? []), 'x'] },
        },
        {
          ...parts,
          parameters: { ...parts.parameters, extra: { ...parts.parameters.extra, 'new key': 1 } },
        },
        { ...parts, responseSchema: { name: `${parts.responseSchema?.name ?? ''}x`, schema: {} } },
        { ...parts, trial: parts.trial + 1 },
      ];
      const keys = changed.map(cellKey);
      expect(new Set([key, ...keys]).size).toBe(changed.length + 1);
    }),
  );
});

test('a score key changes with any part, and not with the order of keys', () => {
  fc.assert(
    fc.property(scoreParts, (parts) => {
      const key = scoreKey(parts);
      expect(scoreKey(reversed(parts))).toBe(key);
      const { reference, grader } = parts.prompt;
      const name = grader?.name ?? '';
      const options = grader?.options ?? {};
      const changed: ScoreKeyParts[] = [
        { ...parts, cellKey: `${parts.cellKey}x` },
        { ...parts, prompt: { reference: `${reference ?? ''}x`, grader } },
        { ...parts, prompt: { reference, grader: { name: `${name}x`, options } } },
        {
          ...parts,
          prompt: { reference, grader: { name, options: { ...options, 'new key': 1 } } },
        },
        { ...parts, judge: `${parts.judge}x` },
        { ...parts, judgeVersion: `${parts.judgeVersion}x` },
        { ...parts, repeat: parts.repeat + 1 },
      ];
      expect(new Set([key, ...changed.map(scoreKey)]).size).toBe(changed.length + 1);
    }),
  );
});

test('what a key does not depend on: the id and domain of the prompt that is handed in', () => {
  const prompt = { reference: 'x', grader: null };
  const rest = { cellKey: 'k', judge: 'j', judgeVersion: '1', repeat: 1 };
  expect(scoreKey({ ...rest, prompt: { ...prompt, ...{ id: 'p1', domain: 'd' } } })).toBe(
    scoreKey({ ...rest, prompt }),
  );
});
