import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelApi, StandIn, Upstream } from '../../src/models/index.js';
import { createFrameSplitter, textMessages } from '../../src/wire/index.js';
import {
  APIS,
  asking,
  bodyOf,
  exactCost,
  FORMATS,
  framesOf,
  stand,
  standIn,
  upstreamAt,
} from './standing.js';

let provider: StandIn;
const upstreams = new Map<ModelApi, Upstream>();

beforeAll(async () => {
  provider = await standIn();
  for (const api of APIS) upstreams.set(api, await upstreamAt(provider, api));
});
afterAll(async () => {
  for (const upstream of upstreams.values()) await upstream.close();
  await provider.close();
});

/** What a caller of this format reads of a stream. */
function readStream(api: ModelApi, frames: string) {
  const reader = FORMATS[api].createStreamReader();
  const events = createFrameSplitter()
    .push(Buffer.from(frames))
    .flatMap((frame) => reader.read(frame));
  return { answer: reader.answer(), kinds: events.map(({ kind }) => kind) };
}

describe.each(APIS)('a caller of the %s format', (api) => {
  it.each(APIS)('reads whole answers of a model behind %s', async (behind) => {
    const { gateway, entries, budget } = stand([upstreams.get(behind)!]);
    const before = provider.account().billed.delivered.cost;
    const reply = await gateway.handle(asking({ api }));
    const answer = FORMATS[api].parseAnswer(bodyOf(reply));
    expect(answer.parts[0]).toMatchObject({ kind: 'text' });
    expect(reply).toMatchObject({
      head: { model: 'simulated/small', simulated: true, cause: 'named' },
    });
    const billed = provider.account().billed.delivered.cost - before;
    expect(billed).toBeGreaterThan(0);
    expect(entries).toHaveLength(1);
    expect(entries[0]!.operation).toMatchObject({
      status: 200,
      error: null,
      cost: billed,
      cause: 'named',
    });
    expect(exactCost(entries)).toBe(billed);
    expect(budget.reserved).toBe(0);
    expect(budget.spent).toBe(billed);
  });

  it.each(APIS)('reads streamed answers of a model behind %s', async (behind) => {
    const { gateway, entries, budget } = stand([upstreams.get(behind)!]);
    const before = provider.account().billed.delivered.cost;
    const whole = FORMATS[api].parseAnswer(bodyOf(await gateway.handle(asking({ api }))));
    const frames = await framesOf(await gateway.handle(asking({ api, stream: true })));
    const { answer, kinds } = readStream(api, frames);
    expect(answer?.parts).toEqual(whole.parts);
    expect(answer?.finishReason).toBe(whole.finishReason);
    expect(kinds.at(-1)).toBe('end');
    expect(kinds.includes('usage')).toBe(api === 'anthropic');
    const billed = provider.account().billed.delivered.cost - before;
    expect(exactCost(entries)).toBe(billed);
    expect(entries[1]!.operation).toMatchObject({ streamed: true, cost: billed / 2 });
    expect(frames).toContain(`: switchyard {"operation":"${entries[1]!.operation.id}"`);
    expect(budget.reserved).toBe(0);
  });
});

it('forwards the bytes of the provider where the formats agree', async () => {
  const { gateway } = stand([upstreams.get('openai')!]);
  const reply = await gateway.handle(asking());
  expect(reply).toMatchObject({ kind: 'answer' });
  const body = bodyOf(reply) as { readonly id: string };
  expect(body.id).toMatch(/^simulated-req_/);
  expect(textMessages([])).toEqual([]);
});
