import { afterEach, describe, expect, it } from 'vitest';
import { CostTracker } from '../../../src/costs/index.js';
import { createMetrics, type Operation, type ServiceLedger } from '../../../src/service/index.js';
import { openMemoryLedger } from '../../../src/store/index.js';
import { anEntry } from '../../store/service-samples.js';
import { learningWorld } from '../learning/learning-world.js';
import {
  closeScripts,
  keyedTenants,
  MODEL,
  NOW,
  post,
  type Scripted,
  serveScript,
} from './scripted-service.js';

afterEach(closeScripts);

const DAY = 86_400_000;

/** A service over a ledger that has these operations of the tenant `ann`. */
async function serve(
  operations: Readonly<Record<string, Partial<Operation>>>,
  given: { readonly tenants?: typeof keyedTenants; readonly ledger?: Partial<ServiceLedger> } = {},
) {
  const memory = openMemoryLedger(new CostTracker());
  for (const [id, parts] of Object.entries(operations)) {
    const receivedAt = new Date(NOW - 60_000).toISOString();
    await memory.record(anEntry(id, { tenant: 'ann', receivedAt, ...parts }));
  }
  const metrics = createMetrics([MODEL]);
  const ledger = metrics.observe(Object.assign(memory, given.ledger));
  const tenants = given.tenants ?? keyedTenants;
  return { ...(await serveScript({ ledger, tenants, metrics })), ledger };
}

const tell = ({ url }: Pick<Scripted, 'url'>, body: unknown, key = 'ann') =>
  post(`${url}/v1/feedback`, body, { authorization: `Bearer ${key}` });

const codeOf = async (response: Response) => {
  const { error } = (await response.json()) as { error: { code?: string; message: string } };
  return [response.status, error.code ?? error.message];
};

const good = (operation_id: string, score = 0.5) => ({ operation_id, score });

describe('POST /v1/feedback', () => {
  it('keeps what a caller says of its own answers, named, routed or repeated', async () => {
    const service = await serve({
      routed: {},
      named: { cause: 'named', routing: null },
      hit: { cause: 'cache', cache: 'hit' },
    });
    for (const id of ['routed', 'named', 'hit']) {
      const response = await tell(service, good(id, 0.25));
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toBe('private, no-store');
      expect(await response.json()).toEqual({
        operation_id: id,
        source: 'caller',
        score: 0.25,
        received_at: new Date(NOW).toISOString(),
      });
    }
    const kept = (await service.ledger.feedback()).map(({ feedback }) => feedback);
    expect(kept.map(({ operationId }) => operationId)).toEqual(['routed', 'named', 'hit']);
    expect(kept[0]).toMatchObject({
      tenant: 'ann',
      judge: null,
      probability: null,
      unscored: null,
    });
    expect(await service.metrics.read()).toContain(
      'switchyard_feedback_total{source="caller",scored="true"} 3',
    );
  });

  it('answers alike for what is unknown, of somebody else, failed or not whole', async () => {
    const service = await serve({
      theirs: { tenant: 'bob' },
      failed: { status: 502, error: 'server', model: null, cause: null },
      broken: { error: 'connection' },
      left: { status: 499, error: 'client_left' },
    });
    const bodies = new Set<string>();
    for (const id of ['unknown', 'theirs', 'failed', 'broken', 'left', "' OR 1=1 --"]) {
      const response = await tell(service, good(id));
      expect(response.status).toBe(404);
      bodies.add((await response.text()).replaceAll(/op_[\w-]{24}/g, 'ID'));
    }
    expect(bodies.size).toBe(1);
    // An administrator sees what others cost, and speaks for nobody.
    expect((await tell(service, good('theirs'), 'boss')).status).toBe(404);
    expect(await service.ledger.feedback()).toEqual([]);
  });

  it('takes one verdict an operation, however often and at once it is sent', async () => {
    const service = await serve({ once: {} });
    const scores = Array.from({ length: 12 }, (_, at) => at / 12);
    const responses = await Promise.all(scores.map((score) => tell(service, good('once', score))));
    const statuses = responses.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array.from({ length: 11 }, () => 409)]);
    const won = responses.find(({ status }) => status === 200)!;
    const { score } = (await won.json()) as { score: number };
    const kept = await service.ledger.feedback();
    expect(kept.map(({ feedback }) => feedback.score)).toEqual([score]);
    expect(await codeOf(await tell(service, good('once')))).toEqual([409, 'feedback_exists']);
  });

  it('comes too late after thirty days', async () => {
    const at = (days: number) => ({ receivedAt: new Date(NOW - days * DAY).toISOString() });
    const service = await serve({ old: at(30.1), young: at(29.9) });
    expect(await codeOf(await tell(service, good('old')))).toEqual([410, 'feedback_too_late']);
    expect((await tell(service, good('young'))).status).toBe(200);
  });

  it('says what is wrong with a body, and keeps nothing of it', async () => {
    const service = await serve({ mine: {} });
    const wrong: readonly (readonly [body: unknown, says: string])[] = [
      [{ operation_id: 'mine' }, 'score'],
      [{ score: 1 }, 'operation_id'],
      [good('mine', 1.01), 'score'],
      [good('mine', -0.01), 'score'],
      [{ operation_id: 'mine', score: '1' }, 'score'],
      [{ operation_id: 'mine', score: null }, 'score'],
      [{ ...good('mine'), source: 'judge' }, 'source'],
      [{ ...good('mine'), probability: 1, tenant: 'bob' }, 'probability'],
      [good('x'.repeat(101)), 'operation_id'],
      ['{"operation_id": "mine", "score": NaN}', ''],
      [[], ''],
    ];
    for (const [body, says] of wrong) {
      const response = await tell(service, body);
      expect(response.status).toBe(400);
      expect(await response.text()).toContain(says);
    }
    expect(await service.ledger.feedback()).toEqual([]);
  });

  it('needs a key, and counts among the requests of its tenant', async () => {
    const tenants = { ...keyedTenants, admit: () => 1_500 };
    const service = await serve({ mine: {} }, { tenants });
    expect((await tell(service, good('mine'), 'nobody')).status).toBe(401);
    const limited = await tell(service, good('mine'));
    expect(limited.status).toBe(429);
    expect(limited.headers.get('retry-after')).toBe('2');
    expect(await service.ledger.feedback()).toEqual([]);
  });

  it('is not acknowledged where it cannot be written', async () => {
    const recordFeedback = () => Promise.reject(new Error('the disk is full of secrets'));
    const service = await serve({ mine: {} }, { ledger: { recordFeedback } });
    const response = await tell(service, good('mine'));
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain('secrets');
    expect(JSON.stringify(service.logged())).not.toContain('secrets');
  });
});

describe('GET /v1/learning', () => {
  it('tells an administrator how learning goes, and nobody else', async () => {
    const { learning } = await learningWorld({ explore: 0.25 });
    const service = await serveScript({ tenants: keyedTenants, learning });
    const get = (key: string, { url }: Scripted = service) =>
      fetch(`${url}/v1/learning`, { headers: { authorization: `Bearer ${key}` } });
    expect((await get('ann')).status).toBe(403);
    expect(await (await get('boss')).json()).toEqual({
      adapting: null,
      exploring: { share: 0.25, dearer: false, routed: 0, strayed: 0 },
      judging: null,
    });
    const idle = await serveScript({ tenants: keyedTenants });
    expect(await (await get('boss', idle)).json()).toMatchObject({ exploring: { share: 0 } });
  });

  it.each(['operation', 'recordFeedback'] as const)(
    'says to send it again where the ledger fails at `%s`',
    async (name) => {
      const broken = { [name]: () => Promise.reject(new Error('disk full at /var/secret')) };
      const service = await serve({ good: {} }, { ledger: broken });
      const response = await tell(service, good('good'));
      expect(response.headers.get('retry-after')).toBe('1');
      expect(await codeOf(response)).toEqual([503, 'ledger_unavailable']);
    },
  );
});
