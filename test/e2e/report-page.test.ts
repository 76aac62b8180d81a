import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Comparison } from '../../src/evaluation/index.js';
import { reportFile } from '../../src/reports/index.js';
import { browserFound, browserPath } from '../browser.js';
import { fullComparison } from '../reports/full-comparison.js';

const HOSTILE = '<img src=x onerror=alert(1)><script>alert(1)</script></script>';
const tables = { parquet: async () => new Uint8Array() };

describe.skipIf(!browserFound)('the report in a browser', { timeout: 60_000 }, () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'switchyard-'));
    browser = await chromium.launch({
      executablePath: browserPath,
      args: ['--no-sandbox', '--disable-gpu'],
    });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens the page of a comparison; `faults` collects whatever a reader's console would show. */
  async function open(
    comparison: Comparison = fullComparison(),
    view: { readonly colorScheme?: 'light' | 'dark'; readonly width?: number } = {},
  ): Promise<{ page: Page; faults: string[]; requests: string[] }> {
    const file = join(folder, 'page.html');
    writeFileSync(file, await reportFile('html', comparison, tables));
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
    await page.goto(pathToFileURL(file).href);
    return { page, faults, requests };
  }

  /** The middle of the first letter drawn as this, where the pointer can go. */
  const middleOf = async (page: Page, letter: string) => {
    const drawn = page.locator('#frontier-plot .letter', { hasText: letter }).first();
    await drawn.scrollIntoViewIfNeeded();
    const box = await drawn.boundingBox();
    if (box === null) throw new Error(`No letter ${letter} is drawn`);
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  };

  const letterOf = async (page: Page, router: string) =>
    (await page.locator(`[data-router="${router}"] .key`).textContent())?.trim() ?? '';

  test.each(['light', 'dark'] as const)(
    'it opens in %s from a file alone, without a fault',
    async (colorScheme) => {
      const { page, faults, requests } = await open(fullComparison(), { colorScheme });
      expect(await page.locator('#frontier-plot svg').count()).toBe(1);
      expect(faults).toEqual([]);
      expect(requests).toHaveLength(1);
      const ground = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
      expect(ground).toBe(colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(21, 23, 26)');
      await page.close();
    },
  );

  test('pointing at a letter tells of its policy, and elsewhere of none', async () => {
    const { page } = await open();
    const tip = page.locator('#frontier-tip');
    expect(await tip.isVisible()).toBe(false);
    const { x, y } = await middleOf(page, await letterOf(page, 'stack'));
    await page.mouse.move(x, y);
    const text = await tip.innerText();
    expect(text).toMatch(/^stack@0\.8125/);
    for (const part of [
      'chosen on tune',
      '0.779 [0.764, 0.794]',
      '$1.83',
      '−0.031',
      '56 %',
      'large-preview 60 %',
    ])
      expect(text).toContain(part);
    await page.mouse.move(5, 5);
    expect(await tip.isVisible()).toBe(false);
    await page.close();
  });

  test('arrow keys go from policy to policy', async () => {
    const { page } = await open();
    await page.focus('#frontier');
    const seen: string[] = [];
    for (let step = 0; step < 3; step += 1) {
      await page.keyboard.press('ArrowRight');
      seen.push(await page.locator('#frontier-tip strong').innerText());
    }
    expect(new Set(seen).size).toBe(3);
    await page.keyboard.press('Escape');
    expect(await page.locator('#frontier-tip').isVisible()).toBe(false);
    await page.close();
  });

  test('a button of the legend takes its router off and puts it back; baselines stay', async () => {
    const { page } = await open();
    const button = page.locator('[data-router="knn"]');
    const letters = page.locator('#frontier-plot .letter');
    const models = page.locator('#frontier-plot .model circle');
    const before = await letters.count();
    await button.click();
    expect(await button.getAttribute('aria-pressed')).toBe('false');
    expect(await letters.count()).toBe(before - 1);
    await page.locator('[data-routers="none"]').click();
    expect(await letters.count()).toBe(0);
    expect(await models.count()).toBe(5);
    await page.locator('[data-routers="all"]').click();
    expect(await letters.count()).toBe(before);
    await page.close();
  });

  test('the axis of costs changes between logarithmic and linear', async () => {
    const { page } = await open();
    const label = () => page.locator('#frontier-plot').innerText();
    expect(await label()).toContain('logarithmic');
    await page.locator('[data-axis="linear"]').click();
    expect(await label()).not.toContain('logarithmic');
    await page.close();
  });

  test('tables sort by the column that is pressed, and back', async () => {
    const { page } = await open();
    const table = page.locator('table.sortable', { hasText: 'saving' }).first();
    const first = () => table.locator('tbody tr').first().locator('th').innerText();
    await table.locator('thead button', { hasText: 'quality' }).first().click();
    expect(await first()).toContain('always@maker/tiny-1b');
    await table.locator('thead button', { hasText: 'quality' }).first().click();
    expect(await first()).toContain('oracle@ex-post');
    await page.locator('#all-settings summary').click();
    // The rows are written when the section opens, which the click does not wait for.
    await page.locator('#all-settings tbody tr').first().waitFor();
    expect(await page.locator('#all-settings tbody tr').count()).toBe(536);
    await page.close();
  });

  test.each([320, 390, 768])('at %i pixels nothing makes the page wider', async (width) => {
    const { page } = await open(fullComparison(), { width });
    const spare = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    expect(spare).toBeLessThanOrEqual(0);
    const { x, y } = await middleOf(page, await letterOf(page, 'stack'));
    await page.mouse.move(x, y);
    const box = await page.locator('#frontier-tip').boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(width);
    await page.close();
  });

  test('names made to do harm are only shown', async () => {
    const plain = fullComparison();
    const rename = (text: string) => text.replace('maker/tiny-1b', HOSTILE);
    const { page, faults, requests } = await open({
      ...plain,
      runName: HOSTILE,
      warnings: [HOSTILE],
      tradeoffs: plain.tradeoffs.map((row) => ({
        ...row,
        policy: rename(row.policy),
        dial: rename(row.dial),
        shares: { [HOSTILE]: 1 },
      })),
    });
    await page.focus('#frontier');
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('#frontier-tip').innerText()).toContain('<script>alert(1)');
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.locator('h1').innerText()).toContain(HOSTILE);
    expect(faults).toEqual([]);
    expect(requests).toHaveLength(1);
    await page.close();
  });

  test('what is simulated says so before anything else', async () => {
    const { page } = await open(fullComparison({ simulated: true }));
    expect(await page.locator('body').innerText()).toMatch(/^SIMULATED outcomes/);
    expect(await page.title()).toMatch(/^SIMULATED/);
    await page.close();
  });

  test('the drawing alone is a picture that a browser can read', async () => {
    const file = join(folder, 'frontier.svg');
    writeFileSync(file, await reportFile('svg', fullComparison({ runName: HOSTILE }), tables));
    const page = await browser.newPage();
    await page.goto(pathToFileURL(file).href);
    expect(await page.evaluate('document.documentElement.localName')).toBe('svg');
    expect(
      await page.evaluate('document.querySelectorAll("parsererror, script, img").length'),
    ).toBe(0);
    await page.close();
  });
});
