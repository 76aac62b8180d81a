import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelApi, StandIn, Upstream } from '../../src/models/index.js';
import { createFrameSplitter } from '../../src/wire/index.js';
import { scriptedUpstream } from './scripted-upstream.js';
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

describe('where the formats agree', () => {
  it('the bytes of a whole answer go on as they came', async () => {
    const { gateway } = stand([upstreams.get('openai')!]);
    const body = bodyOf(await gateway.handle(asking())) as { readonly id: string };
    expect(body.id).toMatch(/^simulated-req_/);
  });

  it('frames go on as they came, but for counts that nobody asked for', async () => {
    const said = [
      ': a comment of the provider\n\n',
      'data: {"id":"x","model":"m",  "new":1,"choices":[{"index":0,"delta":{"content":"Hi"}}]}\r\n\r\n',
      'data: {"id":"x","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
    ];
    const counts = `data: {"id":"x","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1}}\n\n`;
    const end = 'data: [DONE]\n\n';
    const pieces = [...said, counts, end];
    const model = scriptedUpstream('lab/a', [{ kind: 'raw', pieces, error: new Error('unread') }]);
    const { gateway, entries } = stand([model]);
    for (const include_usage of [false, true]) {
      const body = { stream_options: { include_usage } };
      const frames = await framesOf(
        await gateway.handle(asking({ model: 'lab/a', stream: true, body })),
      );
      const shown = said.join('') + (include_usage ? counts : '');
      expect(frames.startsWith(`${shown}: switchyard {`)).toBe(true);
      expect(frames.endsWith(`}\n\n${end}`)).toBe(true);
    }
    expect(entries.map(({ usage }) => usage[0]!.usage)).toMatchObject([
      { input: 3, output: 1 },
      { input: 3, output: 1 },
    ]);
  });
});
