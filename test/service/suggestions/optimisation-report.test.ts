import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  createOptimisationReports,
  type LedgerEntry,
  type OptimisationReport,
  type SuggestionFilter,
  type SuggestionRows,
  type SuggestionSettings,
} from '../../../src/service/index.js';
import { openServiceLedger } from '../../../src/store/index.js';
import { temporaryFolder } from '../../store/temporary-folder.js';
import {
  asked,
  byWord,
  embeddings,
  LARGE,
  SMALL,
  settings,
  upstream,
} from './suggestion-samples.js';

const folder = temporaryFolder();
let files = 0;

async function report(
  entries: readonly LedgerEntry[],
  of: Partial<SuggestionSettings> = {},
  filter: SuggestionFilter = {},
): Promise<OptimisationReport> {
  files += 1;
  await using ledger = await openServiceLedger(join(folder, `${files}.duckdb`));
  await Promise.all(entries.map((entry) => ledger.record(entry)));
  return await createOptimisationReports({ ledger, settings: settings(of) }).read(filter);
}

const found = ({ suggestions }: OptimisationReport, id: string, simulated = false) =>
  suggestions.find((one) => one.id === id && one.simulated === simulated);
const exactly = (value: number) => ({ value, low: value, high: value });
const ALONE = { batchMultiplier: null };
const lone = { ...LARGE, ...ALONE };

describe('routing', () => {
  const table = byWord();
  const models = new Map([
    ['small', upstream(SMALL)],
    ['large', upstream(LARGE)],
  ]);
  const routing = { table, models, signals: new Map() };
  const entries = [
    asked({ prompt: 'one' }),
    asked({ prompt: 'two' }),
    asked({ prompt: 'a hard one' }),
    // Sent there by a table already, and one that was not kept.
    asked({ prompt: 'three', operation: { cause: 'policy' } }),
    asked({ prompt: 'four', content: false }),
  ];

  it('holds what named requests cost against the price of the model decided for', async () => {
    const suggestion = found(await report(entries, { routing }), 'routing');
    // Each costs 1,400,000 and would cost 140,000.
    expect(suggestion).toMatchObject({ count: 2, of: 3, saving_usd: exactly(0.00252) });
    expect(suggestion?.text).toContain('sent 2 elsewhere: maker/small 2. Quality not measured.');
    expect(suggestion?.parameters).toMatchObject({ origin: 'live', most: 2000 });
  });

  it('tells what the table forecasts for the quality', async () => {
    const forecast = () => ({
      quality: Float64Array.of(0.7, 0.75),
      cost: Float64Array.of(1, 2),
    });
    const forecasting = { ...routing, table: byWord({ forecast }) };
    const suggestion = found(await report(entries, { routing: forecasting }), 'routing');
    expect(suggestion?.text).toContain('a change in quality of −0.050; quality not measured.');
  });

  it('never holds money that was spent against invented prices', async () => {
    const simulated = new Map([
      ['small', upstream(SMALL, 'simulated')],
      ['large', upstream(LARGE)],
    ]);
    const mixed = await report(entries, { routing: { ...routing, models: simulated } });
    expect(found(mixed, 'routing')).toBeUndefined();
  });

  it('says why a policy cannot be asked', async () => {
    const { choose: _choose, ...drawing } = byWord().policy;
    const cases = [
      [{ ...table, policy: drawing }, /draws lots/],
      [byWord({ needs: { domain: true, answers: false } }), /declared domain/],
      [byWord({ needs: { domain: false, answers: false, signals: ['dear'] } }), /costs money/],
    ] as const;
    const signals = new Map([['dear', embeddings({ worstCost: () => 5 })]]);
    for (const [table, reason] of cases) {
      const { notes, suggestions } = await report(entries, { routing: { table, models, signals } });
      expect(notes.filter((note) => note.startsWith('routing'))).toEqual([
        expect.stringMatching(reason),
      ]);
      expect(suggestions.map(({ id }) => id)).not.toContain('routing');
    }
  });
});

describe('exact-cache', () => {
  it('counts what came again within the life of an answer, and what it cost', async () => {
    const entries = [
      asked({ at: '2026-11-20T10:00:00.000Z' }),
      asked({ at: '2026-11-20T10:59:59.000Z', operation: { cache: 'off' } }),
      asked({ at: '2026-11-20T11:30:00.000Z', operation: { tag: 'other' }, cost: 900 }),
      // Too late, another prompt, another tenant, another model, a hit.
      asked({ at: '2026-11-20T12:30:00.000Z' }),
      asked({ at: '2026-11-20T10:10:00.000Z', prompt: 'other' }),
      asked({ at: '2026-11-20T10:10:00.000Z', operation: { tenant: 'desk' } }),
      asked({ at: '2026-11-20T10:10:00.000Z', price: SMALL }),
      asked({ at: '2026-11-20T10:10:00.000Z', operation: { cause: 'cache', cache: 'hit' } }),
    ];
    const suggestion = found(await report(entries), 'exact-cache');
    expect(suggestion).toMatchObject({ count: 2, of: 7, saving_usd: exactly(0.0014009) });
    expect(suggestion?.text).toMatch(/anew: 1 did not look into the cache; 1 looked and missed/);
    // What came before the period can be what is repeated in it.
    const later = [
      asked({ at: '2026-11-20T23:50:00.000Z' }),
      asked({ at: '2026-11-21T00:10:00.000Z' }),
    ];
    const of = found(await report(later, {}, { from: '2026-11-21' }), 'exact-cache');
    expect(of).toMatchObject({ count: 1, of: 1 });
  });
});

describe('batching', () => {
  it('takes the discount off what was not streamed, by tag, and finds bursts', async () => {
    const burst = Array.from({ length: 50 }, (_, at) =>
      asked({
        prompt: `row ${at}`,
        at: `2026-11-20T02:00:${String(at).padStart(2, '0')}.000Z`,
        operation: { tag: 'nightly-report' },
      }),
    );
    const entries = [
      ...burst,
      asked({ prompt: 'chat' }),
      asked({ prompt: 'streamed', operation: { streamed: true } }),
      asked({ prompt: 'no batches', price: lone }),
      asked({ prompt: 'in a batch', price: { ...LARGE, tariff: 'batch' } }),
    ];
    const suggestion = found(await report(entries), 'batching');
    expect(suggestion).toMatchObject({ count: 51, of: 54, saving_usd: exactly(0.0357) });
    expect(suggestion?.text).toContain('"nightly-report" 50 ($0.035), without a tag 1 ($0.0007)');
    expect(suggestion?.text).toContain('50 calls in bursts');
  });
});

describe('failed', () => {
  it('adds up what was paid for no answer', async () => {
    const left = { error: 'client_left', model: null, cause: null } as const;
    const entries = [
      asked(),
      asked({ error: 'timeout', cost: 5000 }),
      asked({ error: 'timeout', cost: null }),
      asked({ operation: left, cost: 2000 }),
    ];
    const suggestion = found(await report(entries), 'failed');
    expect(suggestion).toMatchObject({ count: 3, of: 4, saving_usd: exactly(0.000007) });
    expect(suggestion?.text).toContain(
      'maker/large timeout ($0.000005), maker/large client_left ($0.000002)',
    );
  });
});

describe('compression', () => {
  it('prices the tokens that blanks take at what the model takes for its input', async () => {
    const wide = `Summarise${' '.repeat(400)}this.`;
    const cached = asked({ prompt: wide });
    const [attempt] = cached.usage;
    const usage = { ...attempt!.usage!, cachedInput: 1000 };
    const entries = [
      asked({ prompt: wide, price: lone }),
      asked({ prompt: 'Nothing to take out.', price: lone }),
      { ...cached, usage: [{ ...attempt!, usage }] },
    ];
    const suggestion = found(await report(entries), 'compression');
    const tokens = Number(/take ([\d,]+) tokens/.exec(suggestion?.text ?? '')?.[1]);
    expect(tokens).toBeGreaterThan(50);
    // 1,000 nano-dollars a token.
    expect(suggestion).toMatchObject({ count: 1, of: 3 });
    expect(suggestion?.saving_usd).toEqual(exactly((tokens * 1000) / 1e9));
  });
});

describe('semantic-cache', () => {
  const semantic = (source = embeddings()) => ({
    embeddings: source,
    threshold: 0.95,
    mostFalseHits: 0.01,
    ttlSeconds: 3600,
    maxEntries: 100,
  });
  const entries = [
    asked({ at: '2026-11-20T10:00:00.000Z', prompt: 'How do I reset my password?' }),
    asked({ at: '2026-11-20T10:01:00.000Z', prompt: 'How can I reset my password?' }),
    // Word for word, another tenant, unlike, too late, refused by a guard.
    asked({ at: '2026-11-20T10:02:00.000Z', prompt: 'How do I reset my password?' }),
    asked({
      at: '2026-11-20T10:03:00.000Z',
      prompt: 'How may I reset my password?',
      operation: { tenant: 'desk' },
    }),
    asked({ at: '2026-11-20T10:04:00.000Z', prompt: 'Name a colour.' }),
    asked({ at: '2026-11-20T11:05:00.000Z', prompt: 'How might I reset my password?' }),
    asked({ at: '2026-11-20T11:06:00.000Z', prompt: 'How might I reset my 2 passwords?' }),
  ];

  it('replays the latest requests in order through the cache', async () => {
    const source = embeddings();
    const suggestion = found(
      await report(entries, { semantic: semantic(source) }),
      'semantic-cache',
    );
    expect(suggestion).toMatchObject({ count: 1, of: 7, saving_usd: exactly(0.0014) });
    expect(suggestion?.text).toContain('at a false-hit bound of 1 %');
    // The one that came twice was computed once.
    expect(source.texts).toHaveLength(6);
  });

  it('asks for a calibration, and pays for no embeddings', async () => {
    const none = await report(entries);
    expect(none.notes).toEqual([expect.stringMatching(/no calibrated threshold/)]);
    const dear = semantic(embeddings({ worstCost: () => 1 }));
    const { notes, suggestions } = await report(entries, { semantic: dear });
    expect(notes).toEqual([expect.stringMatching(/cost money/)]);
    expect(suggestions.map(({ id }) => id)).not.toContain('semantic-cache');
  });
});

describe('a report', () => {
  it('keeps live and simulated requests apart, and tenants', async () => {
    const simulated = { ...LARGE, source: 'simulated' } as const;
    const entries = [
      asked(),
      asked({ operation: { tenant: 'desk' } }),
      asked({ price: simulated, operation: { origin: 'simulated' } }),
      asked({ price: simulated, operation: { origin: 'simulated' } }),
    ];
    const all = await report(entries);
    // Neither live request repeats the other's, nor a simulated one.
    expect(found(all, 'exact-cache')).toBeUndefined();
    expect(found(all, 'exact-cache', true)).toMatchObject({ count: 1, of: 2 });
    expect(found(all, 'batching')).toMatchObject({ count: 2, parameters: { origin: 'live' } });
    expect(all.suggestions.map((one) => one.simulated)).toEqual([false, true, true]);
    const desk = await report(entries, {}, { tenant: 'desk' });
    expect(desk.suggestions.map(({ id, count, of }) => [id, count, of])).toEqual([
      ['batching', 1, 1],
    ]);
    expect(JSON.stringify(desk)).not.toContain('shop');
    const before = await report(entries, {}, { to: '2026-11-19' });
    expect(before.suggestions).toEqual([]);
  });

  it('leaves out what saves nothing, and says once that prompts are missing', async () => {
    const { suggestions, notes } = await report([asked({ price: lone, content: false })], {
      storePrompts: false,
    });
    expect(suggestions).toEqual([]);
    expect(notes.filter((note) => note.includes('store_prompts'))).toHaveLength(1);
  });

  it('is computed once a minute, and waits for no more than a few others', async () => {
    let now = 0;
    let questions = 0;
    const ledger: SuggestionRows = {
      async suggestionRows(question, { origin }) {
        if (question === 'failed' && origin === 'live') questions += 1;
        return { query: '', parameters: {}, rows: [] };
      },
    };
    const reports = createOptimisationReports({
      ledger,
      settings: settings(),
      now: () => now,
    });
    const [first, second] = await Promise.all([reports.read({}), reports.read({})]);
    expect(second).toBe(first);
    now = 59_999;
    expect(await reports.read({})).toBe(first);
    expect(questions).toBe(1);
    now = 60_000;
    await reports.read({});
    expect(questions).toBe(2);
    const crowd = await Promise.all(
      Array.from({ length: 12 }, (_, at) => reports.read({ tenant: `tenant-${at}` })),
    );
    const refused = crowd.filter(({ notes }) => notes.some((note) => note.includes('ask again')));
    expect(refused).toHaveLength(3);
  });
});
