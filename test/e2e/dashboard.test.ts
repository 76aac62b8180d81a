import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CostTracker } from '../../src/costs/index.js';
import { openMemoryLedger } from '../../src/store/index.js';
import { browserFound, browserPath } from '../browser.js';
import {
  closeScripts,
  keyedTenants,
  type Script,
  scriptedLedger,
  serveScript,
} from '../service/http/scripted-service.js';
import { anEntry, anOperation } from '../store/service-samples.js';

const HOSTILE = '<img src=x onerror=alert(1)>';
const ENTRY = 'e'.repeat(64);
const outside = (mean: number) => ({ mean, low: mean - 0.05, high: mean + 0.05 });
const DRIFT = {
  quality: { expected: outside(0.8), live: outside(0.6), n: 400, status: 'outside' },
  cost_usd_per_1k: { expected: outside(0.8), live: outside(0.8), n: 400, status: 'within' },
  shares: { [HOSTILE]: { expected: outside(0.8), live: null, n: 0, status: 'too_few' } },
  since: '2026-11-01T00:00:00.000Z',
  simulated: false,
};

/** Live and simulated requests of two tenants over a week, with names made to do harm. */
async function filledLedger() {
  const ledger = openMemoryLedger(new CostTracker());
  const bob = { tenant: 'bob' };
  for (const entry of [
    anEntry('a', { cost: 1_230_000_000 }, { cost: 1_230_000_000 }),
    anEntry('b', { ...bob, model: HOSTILE, tag: HOSTILE, cost: 45_600_000 }, { cost: 45_600_000 }),
    anEntry('c', { error: 'timeout', status: 504, model: null, cause: null }, { cost: 0 }),
    anEntry('d', { origin: 'simulated' }, { origin: 'simulated', cost: 7_000_000 }),
    anEntry(
      'e',
      { receivedAt: '2026-11-18T10:00:00.000Z', tokensRemoved: 2_000 },
      { cost: 10_000_000_000, model: 'maker/large' },
    ),
  ]) {
    await ledger.record(entry);
  }
  const hit = { cache: 'hit', cause: 'cache', routing: null, cost: 0 } as const;
  await ledger.record({
    operation: anOperation({ id: 'f', ...hit, cacheSaving: 500_000_000, cacheEntry: ENTRY }),
    usage: [],
  });
  await ledger.record({
    operation: anOperation({ ...bob, id: 'g', ...hit, cacheSaving: 1_000, similarity: 0.97 }),
    usage: [],
  });
  return ledger;
}

describe.skipIf(!browserFound)('the dashboard in a browser', { timeout: 60_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: browserPath,
      args: ['--no-sandbox', '--disable-gpu'],
    });
  }, 60_000);
  afterAll(() => browser?.close());
  afterEach(closeScripts);

  /** Opens the page of a service; `faults` collects whatever a reader's console would show. */
  async function open(
    script: Script,
    view: { readonly colorScheme?: 'light' | 'dark'; readonly width?: number } = {},
  ) {
    const service = await serveScript(script);
    const page = await browser.newPage({
      colorScheme: view.colorScheme ?? 'light',
      viewport: { width: view.width ?? 1200, height: 900 },
    });
    const faults: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('dialog', (dialog) => {
      faults.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => requests.push(request.url()));
    await page.route('**/v1/drift', (route) => route.fulfill({ json: { drift: DRIFT } }));
    await page.goto(service.url);
    await page.locator('#updated:not(:empty), #login:not([hidden])').first().waitFor();
    return { service, page, faults, requests };
  }

  const text = (page: Page, selector: string) => page.locator(selector).first().innerText();

  test('it shows the numbers of the API, simulated ones apart, and asks nobody else', async () => {
    const { service, page, faults, requests } = await open({ ledger: await filledLedger() });
    const daily = await (await fetch(`${service.url}/v1/costs/daily`)).json();
    expect(daily).toMatchObject({ total: { cost: 11.2756, simulated_cost: 0.007 } });
    const [today, , month] = await page.locator('#totals .tile').allInnerTexts();
    expect(today).toContain('$1.28 spent');
    expect(today).toMatch(/requests\s+5\s+failed\s+20\.0\s%/);
    expect(today).toMatch(/saved by the cache\s+\$0\.5000/);
    expect(today).toMatch(/SIMULATED \$0\.007000 that nobody spent; 1 requests/);
    expect(month).toContain('$11.28 spent');
    expect(await text(page, '#spending-legend')).toContain('maker/large $10.00');
    const savings = await page.locator('#savings-table tbody tr').allInnerTexts();
    const cells = savings.map((row) => row.split('\t'));
    expect(cells.map((row) => row.slice(0, 3))).toEqual([
      ['Exact cache', '1', '$0.5000'],
      ['Semantic cache', '1', '$0.000001'],
      ['Compression', '1', '≈\u00a0$0.000300'],
      ['Batching', 'n/a', 'n/a'],
    ]);
    expect(await text(page, '#suggestions')).toContain('Nothing to suggest yet');
    expect(await page.locator('#operations tbody tr').count()).toBe(7);
    expect(faults).toEqual([]);
    const origins = new Set(requests.map((request) => new URL(request).origin));
    expect(origins).toEqual(new Set([service.url]));
    await page.close();
  });

  test('names made to do harm are only shown, and drift raises an alarm', async () => {
    const { page, faults } = await open({ ledger: await filledLedger() });
    expect(await text(page, '#operations tbody')).toContain(HOSTILE);
    expect(await text(page, '#filter-model')).toContain(HOSTILE);
    await page.locator('#operations tbody tr', { hasText: HOSTILE }).click();
    expect(await text(page, '#operation')).toMatch(/tag\s+<img src=x/);
    expect(await text(page, '#operation')).toContain('maker/large 25.0');
    await page.keyboard.press('Escape');
    expect(await page.locator('img').count()).toBe(0);
    const routing = await text(page, '#routing-figures');
    expect(routing).toContain('1 of 3 figures lie outside');
    expect(routing).toContain(HOSTILE);
    expect(routing).toContain('too few yet');
    expect(faults).toEqual([]);
    await page.close();
  });

  test('operations are filtered, opened by keyboard, and a repeated answer is forgotten', async () => {
    const { service, page, faults } = await open({ ledger: await filledLedger() });
    const answer = {
      id: '1',
      model: 'm',
      created: 1,
      parts: [],
      finishReason: 'stop' as const,
      usage: null,
    };
    service.cache.set(ENTRY, 'local', { answer, model: 'm', cost: 1 });
    const rows = page.locator('#operations tbody tr');
    await page.selectOption('#filter-status', 'failed');
    expect(await rows.allInnerTexts()).toEqual([expect.stringContaining('504 timeout')]);
    await page.selectOption('#filter-status', 'hit');
    expect(await rows.count()).toBe(2);
    await page.selectOption('#filter-tenant', 'shop');
    await rows.locator('button').focus();
    await page.keyboard.press('Enter');
    await page.locator('#operation .forget button').click();
    await page.locator('#operation .forget p', { hasText: 'Forgotten' }).waitFor();
    const { entries } = (await (await fetch(`${service.url}/v1/cache/entries`)).json()) as {
      entries: unknown[];
    };
    expect(entries).toEqual([]);
    expect(faults).toEqual([]);
    await page.close();
  });

  test('arrow keys go from day to day, and a table has the same', async () => {
    const { page } = await open({ ledger: await filledLedger() });
    await page.focus('#spending-plot svg');
    await page.keyboard.press('ArrowLeft');
    expect(await text(page, '#spending-tip')).toMatch(/23 Nov\s+in all\s+\$1\.28/);
    await page.keyboard.press('Escape');
    expect(await page.locator('#spending-tip').isVisible()).toBe(false);
    await page.locator('#spending summary').click();
    expect(await text(page, '#spending-table tbody')).toMatch(/18 Nov\s+maker\/large\s+\$10\.00/);
    await page.locator('[data-origin="simulated"]').click();
    expect(await text(page, '#spending-caption')).toMatch(/^SIMULATED .*\$0\.007000/);
    await page.close();
  });

  test('a key is asked for, kept for the tab, sent as a bearer, and forgotten', async () => {
    const { page, requests } = await open({
      tenants: keyedTenants,
      ledger: await filledLedger(),
    });
    expect(await page.locator('#view').isVisible()).toBe(false);
    // A stranger's page asks for nothing that needs a key.
    expect(requests.filter((one) => one.includes('/v1/'))).toEqual([]);
    const enter = async (key: string) => {
      await page.fill('#key', key);
      await page.keyboard.press('Enter');
    };
    await enter('nobody');
    await page.locator('#login-fault', { hasText: 'does not know this key' }).waitFor();
    await enter('bob');
    await page.locator('#view').waitFor();
    expect(await text(page, '#scope')).toBe('Figures of bob');
    expect(await page.locator('#operations tbody tr').count()).toBe(2);
    await page.reload();
    await page.locator('#view').waitFor();
    await page.click('#forget-key');
    await page.locator('#login').waitFor();
    expect(await page.evaluate('sessionStorage.length + localStorage.length')).toBe(0);
    expect(await page.locator('#view').textContent()).not.toContain(HOSTILE);
    await enter('boss');
    await page.locator('#view').waitFor();
    expect(await page.locator('#operations tbody tr').count()).toBe(7);
    await page.close();
  });

  test('what cannot be read is said, and what was read stays', async () => {
    let broken = false;
    const filled = await filledLedger();
    const ledger = scriptedLedger({
      totals: (...asked) => filled.totals(...asked),
      activity: (filter) => filled.activity(filter),
      recent: async (limit, tenant) => {
        if (broken) throw new Error('gone');
        return filled.recent(limit, tenant);
      },
    });
    const { page } = await open({ ledger });
    expect(await page.locator('#faults').isVisible()).toBe(false);
    broken = true;
    await page.click('#pause');
    expect(await page.locator('#pause').getAttribute('aria-pressed')).toBe('true');
    await page.click('#pause');
    await page.locator('#faults', { hasText: '/v1/operations: 500' }).waitFor();
    expect(await page.locator('#operations tbody tr').count()).toBe(7);
    broken = false;
    await page.click('#pause');
    await page.click('#pause');
    await page.locator('#faults').waitFor({ state: 'hidden' });
    await page.close();
  });

  test('a fresh service teaches the first request, in the dark, on a small screen', async () => {
    const { service, page, faults } = await open({}, { colorScheme: 'dark', width: 400 });
    expect(await text(page, '#first-steps')).toContain(`curl ${service.url}/v1/generate`);
    expect(await text(page, '#first-steps')).toContain('"model":"auto"');
    expect(await text(page, '#simulated-banner')).toMatch(/^SIMULATED/);
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(await ground()).toBe('rgb(21, 23, 26)');
    await page.click('#theme');
    expect(await ground()).toBe('rgb(255, 255, 255)');
    const spare = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    expect(spare).toBeLessThanOrEqual(0);
    expect(faults).toEqual([]);
    await page.close();
  });
});
