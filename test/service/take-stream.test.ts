import { expect, test } from 'vitest';
import { ModelError } from '../../src/models/index.js';
import { type OpenAttempt, type Seen, takeStream } from '../../src/service/index.js';
import { openaiChat } from '../../src/wire/index.js';
import { scriptedUpstream } from './scripted-upstream.js';

const bytes = (text: string) => new TextEncoder().encode(text);

function attemptOf(booked: (Seen | null)[]): OpenAttempt {
  return {
    upstream: { ...scriptedUpstream('maker/small', []), format: openaiChat },
    answered: () => {},
    failed: (_error, seen) => void booked.push(seen),
  };
}

const streamOf = (body: AsyncIterable<Uint8Array>) => ({ requestId: null, streams: true, body });

test('a stream that says nothing for ever is handed on, in little memory', async () => {
  async function* endless() {
    const chunk = bytes('data: {}\n\n'.repeat(500));
    while (true) yield chunk;
  }
  const { opening, source } = await takeStream(streamOf(endless()), attemptOf([]));
  expect(opening).toHaveLength(1_000);
  // The first frame begins the answer, the others of its chunk say nothing more.
  expect(opening[1]?.frame.raw).toBe('data: {}\n\n'.repeat(499));
  await source.close();
});

test('an attempt is booked even where what came makes no answer', async () => {
  async function* broken() {
    yield bytes('data: {"id":"a","model":"m","choices":[]}\n\n');
    throw new ModelError('truncated', 'it broke off');
  }
  const booked: (Seen | null)[] = [];
  const attempt = attemptOf(booked);
  const reader = {
    read: () => [],
    answer: () => {
      throw new TypeError('no answer can be made of this');
    },
  };
  const format = { ...openaiChat, createStreamReader: () => reader };
  const odd = { ...attempt, upstream: { ...attempt.upstream, format } };
  await expect(takeStream(streamOf(broken()), odd)).rejects.toThrow('it broke off');
  expect(booked).toEqual([null]);
});
