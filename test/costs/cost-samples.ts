import fc from 'fast-check';
import type { CostedAttempt, CostedOperation } from '../../src/costs/index.js';

export const anOperation = (parts: Partial<CostedOperation> = {}): CostedOperation => ({
  receivedAt: '2026-11-23T10:00:00.000Z',
  tenant: 'shop',
  tag: null,
  model: 'maker/small',
  origin: 'live',
  cache: 'miss',
  cacheSaving: 0,
  ...parts,
});

export const anAttempt = (parts: Partial<CostedAttempt> = {}): CostedAttempt => ({
  purpose: 'candidate',
  origin: 'live',
  model: 'maker/small',
  usage: { input: 10, cachedInput: 0, cacheWrite: 0, output: 5, reasoning: 0 },
  cost: 100,
  estimated: false,
  ...parts,
});

/** On both sides of midnight, of the end of a month and of a leap day. */
const moment = fc.constantFrom(
  '2026-11-22T23:59:59.999Z',
  '2026-11-23T00:00:00.000Z',
  '2026-11-23T12:30:00.123Z',
  '2026-11-30T23:59:59.999Z',
  '2026-12-01T00:00:00.000Z',
  '2028-02-29T08:00:00.000Z',
);
const model = fc.constantFrom('maker/small', 'maker/large', 'other/model');
const origin = fc.constantFrom<'live' | 'simulated'>('live', 'live', 'live', 'simulated');
const tokens = fc.nat(1_000_000);

export const attemptArbitrary: fc.Arbitrary<CostedAttempt> = fc.record({
  purpose: fc.constantFrom('candidate', 'verifier', 'router', 'embedding'),
  origin,
  model,
  usage: fc.option(
    fc.record({ input: tokens, output: tokens }).map(({ input, output }) => ({
      input,
      cachedInput: 0,
      cacheWrite: 0,
      output,
      reasoning: 0,
    })),
  ),
  cost: fc.option(fc.nat(9_000_000_000_000)),
  estimated: fc.boolean(),
});

export const operationArbitrary: fc.Arbitrary<CostedOperation> = fc.record({
  receivedAt: moment,
  tenant: fc.constantFrom('shop', 'desk', 'Ångström', '_'),
  tag: fc.option(fc.constantFrom('mail', 'Mail', '', 'é', '😀', '\u{fffd}')),
  model: fc.option(model),
  origin,
  cache: fc.constantFrom('hit', 'miss', 'off'),
  cacheSaving: fc.option(fc.nat(5_000_000)),
});

export const entriesArbitrary = fc.array(
  fc.record({
    operation: operationArbitrary,
    attempts: fc.array(attemptArbitrary, { maxLength: 4 }),
  }),
  { maxLength: 25 },
);
