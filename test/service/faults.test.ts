import { describe, expect, it } from 'vitest';
import { APIS, asking, exactCost, framesOf, stand, standIn, upstreamAt } from './standing.js';

const REQUESTS = 300;
const FAULTS = { rateLimit: 0.1, serverError: 0.05, hang: 0.02, truncate: 0.02 };

describe.concurrent.each(APIS)(
  'a provider behind %s with 10 % 429, 5 % 500, 2 % hangs and 2 % broken bodies',
  (behind) => {
    it('bills what the ledger says, to the nano-dollar', async () => {
      const provider = await standIn({ faults: FAULTS, seed: 11 });
      const upstream = await upstreamAt(provider, behind, { timeoutMs: 2_500 });
      const { gateway, entries, budget } = stand([upstream]);
      const failures: number[] = [];
      let next = 0;
      const work = async (): Promise<void> => {
        while (next < REQUESTS) {
          const at = next++;
          const reply = await gateway.handle(
            asking({ api: APIS[at % 2]!, text: `Question ${at}`, stream: at % 4 < 2 }),
          );
          if (reply.kind === 'stream') await framesOf(reply);
          if (reply.kind === 'failure') failures.push(reply.failure.status);
        }
      };
      await Promise.all(Array.from({ length: 20 }, work));
      await gateway.drain();
      const account = provider.account();
      await upstream.close();
      await provider.close();

      expect(entries).toHaveLength(REQUESTS);
      const records = entries.flatMap(({ usage }) => usage);
      const exact = records.filter(({ estimated }) => !estimated);
      const estimated = records.filter(({ estimated }) => estimated);
      expect(exact).toHaveLength(account.billed.delivered.attempts);
      expect(exactCost(entries)).toBe(account.billed.delivered.cost);
      expect(account.billed.undelivered.attempts).toBeGreaterThan(5);
      expect(estimated).toHaveLength(account.billed.undelivered.attempts);
      const { hang, truncate } = account.byFault;
      expect(estimated.filter(({ error }) => error === 'timeout')).toHaveLength(hang);
      expect(estimated.filter(({ error }) => error === 'truncated')).toHaveLength(truncate);
      // Every request was sent: the attempts that no record tells of were refused, and not billed.
      expect(account.attempts).toBe(
        records.length + account.byFault.rateLimit + account.byFault.serverError,
      );
      expect(budget).toMatchObject({ reserved: 0, overrun: 0 });
      expect(failures.every((status) => [429, 502, 504].includes(status))).toBe(true);
      for (const { operation, usage } of entries) {
        expect(operation.cost).toBe(usage.reduce((sum, { cost }) => sum + cost!, 0));
      }
    });
  },
);
