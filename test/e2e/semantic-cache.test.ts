import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { aCalibration } from '../caches/a-calibration.js';
import { switchyard, temporaryFolder } from './command.js';
import { queryLedger } from './service-ledger.js';
import { post, type Served, serve, WIRES, writeConfig } from './serving.js';

const CALIBRATION = aCalibration(0.8);
const [OPENAI] = WIRES;

let folder: ReturnType<typeof temporaryFolder>;
let service: Served | null = null;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await service?.kill();
  folder.remove();
});

describe('a service that answers requests in other words', () => {
  test('does so only where that was calibrated, and never for the opposite', async () => {
    writeConfig(folder.path, { cache: { semantic: {} } });
    const refused = await switchyard(['serve', '--port', '0', '--config', 'service.yaml'], {
      cwd: folder.path,
    });
    expect(refused.code).toBe(2);
    expect(refused.err.trim().split('\n')).toHaveLength(1);
    expect(refused.err).toContain('switchyard cache calibrate');

    writeFileSync(join(folder.path, 'calibration.json'), JSON.stringify(CALIBRATION));
    const config = { cache: { semantic: { calibration: 'calibration.json' } } };
    service = await serve(folder.path, { config });
    const { url } = service;
    const ask = async (text: string, headers = {}) => {
      const body = OPENAI.body('simulated/small', text);
      const response = await post(url + OPENAI.path, body, headers);
      expect(response.status).toBe(200);
      const answer = OPENAI.textOf(await response.json());
      const header = (name: string) => response.headers.get(`x-switchyard-${name}`);
      return { answer, cache: header('cache'), similarity: header('cache-similarity') };
    };
    const first = await ask('How do I reset my password?');
    expect(first).toMatchObject({ cache: 'miss', similarity: null });
    const reworded = 'How can I reset my password?';
    expect(await ask(reworded, { 'x-switchyard-cache': 'off' })).toMatchObject({ cache: 'off' });
    const again = await ask(reworded);
    expect(again).toMatchObject({ cache: 'hit', answer: first.answer });
    expect(Number(again.similarity)).toBeGreaterThan(0.8);
    await ask('How do I enable 2FA on my account?');
    const opposite = await ask('How do I disable 2FA on my account?');
    expect(opposite).toMatchObject({ cache: 'miss', similarity: null });
    const stats = (await (await fetch(`${url}/v1/cache/stats`)).json()) as object;
    expect(stats).toMatchObject({
      hits: 1,
      semantic: { threshold: 0.8, calibrated: true, max_false_hits: 0.01, hits: 1 },
    });
    expect((await service.stop()).code).toBe(0);
    service = null;

    const hits = await queryLedger(
      folder.path,
      `SELECT cause, similarity > 0.8 AS similar, cost_nano_usd::INT AS cost,
         cache_saving_nano_usd > 0 AS saved, length(cache_entry)::INT AS entry
       FROM operations WHERE cache = 'hit'`,
    );
    expect(hits).toEqual([{ cause: 'cache', similar: true, cost: 0, saved: true, entry: 64 }]);
  });
});
