import { describe, expect, it } from 'vitest';
import { decided, keepAnswer, type Policy } from '../../../src/policies/index.js';
import { UserError } from '../../../src/user-error.js';
import { handMadeTable } from '../../tables/hand-made-table.js';
import { scriptedUpstream } from '../scripted-upstream.js';
import { asking, stand } from '../standing.js';
import { adaptive, learningWorld, MODELS, tableOf, type World } from './learning-world.js';

/** Calls the second of three models, whose prices go up. */
const second: Policy = {
  ...adaptive(0),
  id: 'second@1',
  decide: ({ calls }) =>
    calls.length > 0 ? keepAnswer : decided({ kind: 'call', model: 1 }, 1, () => []),
};

async function routes({ gateway }: World, requests: number): Promise<void> {
  for (let at = 0; at < requests; at++) {
    const operationId = `op-explored-${at}`;
    await gateway.handle(asking({ model: 'auto', request: { operationId } }));
  }
}

describe('a service that explores', () => {
  it('asks models of at most the price of the chosen one as often as it logs, and no dearer one', async () => {
    const world = await learningWorld({ explore: 0.4 }, { policy: second });
    const requests = 600;
    await routes(world, requests);
    const operations = await world.ledger.recent(requests);
    const counts = MODELS.map((id) => operations.filter(({ model }) => model === id).length);
    for (const { model, routing } of operations) {
      const [call] = routing!.steps;
      expect(call!.eligible).toEqual(MODELS);
      expect(call!.probabilities).toEqual([0.2, expect.closeTo(0.8, 12), 0]);
      expect(call!.propensity).toBe(call!.probabilities![MODELS.indexOf(model as 'lab/a')]);
      expect(routing).toMatchObject({ policy: 'second@1' });
    }
    expect(counts[2]).toBe(0);
    // Within four standard deviations of 120.
    expect(Math.abs(counts[0]! - 120)).toBeLessThan(40);
    expect(world.learning.status.exploration).toEqual({
      share: 0.4,
      dearer: false,
      routed: requests,
      strayed: counts[0],
    });
  });

  it('asks dearer ones only where that is allowed', async () => {
    const world = await learningWorld({ explore: 0.6, exploreDearer: true }, { policy: second });
    await routes(world, 60);
    const operations = await world.ledger.recent(60);
    expect(new Set(operations.map(({ model }) => model))).toEqual(new Set(MODELS));
    const probabilities = operations[0]!.routing!.steps[0]!.probabilities!;
    expect(probabilities.map((one) => Number(one.toFixed(12)))).toEqual([0.2, 0.6, 0.2]);
  });

  it('is refused in one line at the start, for a table whose policy reads answers', () => {
    const cascade: Policy = { ...second, needs: { domain: false, answers: true } };
    const table = { ...tableOf(cascade), table: handMadeTable(cascade.toDocument()) };
    const upstreams = MODELS.map((id) => scriptedUpstream(id, [{ kind: 'answer', text: 'four' }]));
    const open = () => stand(upstreams, { table, exploration: { share: 0.1, dearer: false } });
    expect(open).toThrow(UserError);
    expect(open).toThrow(/reads answers/);
  });
});
