import {
  type CostFilter,
  type CostGroup,
  type CostReports,
  type CostRow,
  checkDay,
} from './cost-reports.js';
import { checkAmount, type NanoUsd, safeSum } from './money.js';
import type { Origin, Purpose, UsageRecord } from './usage.js';

/** Money of one kind: the exact sum of what is known, and how much is not. */
export interface CostTotal {
  /** Nano-dollars, over records whose cost is known. */
  readonly cost: NanoUsd;
  readonly records: number;
  /** Records whose cost is unknown; they are in no sum. */
  readonly unknown: number;
}

/** Totals for some records. `byPurpose` has only the purposes that occurred. */
export interface CostSummary {
  readonly total: CostTotal;
  readonly byPurpose: Readonly<Partial<Record<Purpose, CostTotal>>>;
}

/** What totals need to know of one request. */
export interface CostedOperation {
  /** ISO 8601, UTC: the day and month under which all of it is filed. */
  readonly receivedAt: string;
  readonly tenant: string;
  readonly tag: string | null;
  /** The model whose answer was given; null where none was. */
  readonly model: string | null;
  readonly origin: Origin;
  readonly cache: 'hit' | 'miss' | 'off';
  /** What a hit would have cost; null where unknown. */
  readonly cacheSaving: NanoUsd | null;
}

/** What totals need to know of one attempt. */
export type CostedAttempt = Pick<
  UsageRecord,
  'purpose' | 'origin' | 'model' | 'usage' | 'cost' | 'estimated'
>;

/** Sums of the attempts of one model, purpose and origin within a cell. */
interface Part {
  readonly model: string | null;
  readonly purpose: Purpose | null;
  readonly origin: Origin;
  cacheHits: number;
  attempts: number;
  estimated: number;
  unknown: number;
  cost: bigint;
  cacheSaving: bigint;
  inputTokens: number;
  outputTokens: number;
}

/** All operations alike in everything that totals are broken down by. */
interface Cell {
  readonly day: string;
  readonly tenant: string | null;
  readonly tag: string | null;
  readonly parts: readonly Part[];
  operations: number;
}

type Sums = Pick<Cell, 'operations'> & Omit<Part, 'model' | 'purpose' | 'origin'>;

/**
 * Adds up operations and usage records as they come. Keeps totals only, one cell for all operations of
 * equal day, tenant, tag and models, so a long run stays small.
 */
export class CostTracker implements CostReports {
  readonly #cells = new Map<string, Cell>();

  /**
   * Adds an attempt that belongs to no operation: it counts in money, tokens and attempts only, under
   * no tenant and no tag.
   * @throws RangeError if the cost is not an integer of nano-dollars from 0 up
   */
  add(record: CostedAttempt & Pick<UsageRecord, 'startedAt'>): void {
    check([record]);
    const cell = this.#cellOf(record.startedAt, null, null, partsOf([record]));
    addAttempt(cell.parts, record);
  }

  /**
   * Adds one operation together with its attempts.
   * @throws RangeError if an amount is not an integer of nano-dollars from 0 up; nothing is added then
   */
  addOperation(operation: CostedOperation, attempts: readonly CostedAttempt[]): void {
    check(attempts);
    const { receivedAt, tenant, tag, cache, cacheSaving } = operation;
    if (cacheSaving !== null) checkAmount('cacheSaving', cacheSaving);
    const cell = this.#cellOf(receivedAt, tenant, tag, [
      ...ownPart(operation, attempts),
      ...partsOf(attempts),
    ]);
    cell.operations += 1;
    for (const attempt of attempts) addAttempt(cell.parts, attempt);
    const [own] = cell.parts;
    if (cache === 'hit' && own !== undefined) {
      own.cacheHits += 1;
      own.cacheSaving += BigInt(cacheSaving ?? 0);
    }
  }

  /**
   * Adds attempts made for an operation that was added before, such as those of its judge: they count
   * under its day, tenant and tag, and as no further operation.
   * @throws RangeError as `addOperation`
   */
  addAttempts(
    { receivedAt, tenant, tag }: Pick<CostedOperation, 'receivedAt' | 'tenant' | 'tag'>,
    attempts: readonly CostedAttempt[],
  ): void {
    if (attempts.length === 0) return;
    check(attempts);
    const cell = this.#cellOf(receivedAt, tenant, tag, partsOf(attempts));
    for (const attempt of attempts) addAttempt(cell.parts, attempt);
  }

  /** @param origin `live` is money spent; any other must be labelled where it is shown. */
  summary(origin: Origin): CostSummary {
    const total = ({ cost, attempts, unknown }: CostRow): CostTotal => ({
      cost,
      records: attempts,
      unknown,
    });
    const byPurpose = this.#rows(['purpose'], { origin })
      .filter(({ keys }) => keys[0] !== null)
      .map((row) => [row.keys[0], total(row)] as const);
    return {
      total: this.#rows([], { origin }).map(total)[0]!,
      byPurpose: Object.fromEntries(byPurpose),
    };
  }

  async totals(groups: readonly CostGroup[], filter: CostFilter = {}): Promise<readonly CostRow[]> {
    return this.#rows(groups, filter);
  }

  #rows(groups: readonly CostGroup[], filter: CostFilter): readonly CostRow[] {
    const { origin = 'live', tenant } = filter;
    const from = filter.from === undefined ? '' : checkDay('from', filter.from);
    const to = filter.to === undefined ? '9999-12-31' : checkDay('to', filter.to);
    const rows = new Map<string, { readonly keys: CostRow['keys']; readonly sums: Sums }>();
    if (groups.length === 0) rows.set('[]', { keys: [], sums: nothing() });
    for (const cell of this.#cells.values()) {
      if (cell.day < from || cell.day > to) continue;
      if (tenant !== undefined && cell.tenant !== tenant) continue;
      const counted = new Set<string>();
      for (const part of cell.parts) {
        if (part.origin !== origin) continue;
        const keys = groups.map((group) => keyOf(group, cell, part));
        const name = JSON.stringify(keys);
        const row = rows.get(name) ?? { keys, sums: nothing() };
        rows.set(name, row);
        plus(row.sums, part);
        // An operation counts once in each row that it has a part in; judging it is no part of it.
        if (part.purpose === 'judge' || counted.has(name)) continue;
        row.sums.operations += cell.operations;
        counted.add(name);
      }
    }
    return [...rows.values()]
      .sort((a, b) => compareKeys(a.keys, b.keys))
      .map(({ keys, sums }) => ({
        keys,
        ...sums,
        cost: safeSum(sums.cost),
        cacheSaving: safeSum(sums.cacheSaving),
      }));
  }

  #cellOf(time: string, tenant: string | null, tag: string | null, parts: readonly Part[]): Cell {
    const day = new Date(time).toISOString().slice(0, 10);
    const name = JSON.stringify([
      day,
      tenant,
      tag,
      ...parts.map(({ model, purpose, origin }) => [model, purpose, origin]),
    ]);
    let cell = this.#cells.get(name);
    if (cell === undefined) {
      cell = { day, tenant, tag, parts, operations: 0 };
      this.#cells.set(name, cell);
    }
    return cell;
  }
}

function check(attempts: readonly CostedAttempt[]): void {
  for (const { cost } of attempts) if (cost !== null) checkAmount('cost', cost);
}

/**
 * Where an operation counts by itself: under the model that answered it, unless an attempt puts it
 * there already, and without a purpose. A hit always does, as its saving belongs to that model.
 */
function ownPart(operation: CostedOperation, attempts: readonly CostedAttempt[]): readonly Part[] {
  const { model, origin, cache } = operation;
  const placed = attempts.some(
    (attempt) =>
      attempt.purpose !== 'judge' &&
      attempt.origin === origin &&
      (model === null || attempt.model === model),
  );
  return cache === 'hit' || !placed ? [emptyPart(model, null, origin)] : [];
}

function partsOf(attempts: readonly CostedAttempt[]): readonly Part[] {
  const parts: Part[] = [];
  for (const attempt of attempts) {
    if (!parts.some((part) => isSame(part, attempt))) {
      parts.push(emptyPart(attempt.model, attempt.purpose, attempt.origin));
    }
  }
  return parts;
}

const isSame = (part: Part, { model, purpose, origin }: CostedAttempt): boolean =>
  part.model === model && part.purpose === purpose && part.origin === origin;

function addAttempt(parts: readonly Part[], attempt: CostedAttempt): void {
  const part = parts.find((each) => isSame(each, attempt));
  if (part === undefined) return;
  part.attempts += 1;
  part.estimated += attempt.estimated ? 1 : 0;
  part.unknown += attempt.cost === null ? 1 : 0;
  part.cost += BigInt(attempt.cost ?? 0);
  part.inputTokens += attempt.usage?.input ?? 0;
  part.outputTokens += attempt.usage?.output ?? 0;
}

function keyOf(group: CostGroup, cell: Cell, part: Part): string | null {
  switch (group) {
    case 'day':
      return cell.day;
    case 'month':
      return cell.day.slice(0, 7);
    case 'model':
      return part.model;
    case 'purpose':
      return part.purpose;
    default:
      return cell[group];
  }
}

const nothing = (): Sums => ({
  operations: 0,
  cacheHits: 0,
  attempts: 0,
  estimated: 0,
  unknown: 0,
  cost: 0n,
  cacheSaving: 0n,
  inputTokens: 0,
  outputTokens: 0,
});

function emptyPart(model: string | null, purpose: Purpose | null, origin: Origin): Part {
  const { operations: _, ...sums } = nothing();
  return { model, purpose, origin, ...sums };
}

function plus(sums: Sums, part: Part): void {
  sums.cacheHits += part.cacheHits;
  sums.attempts += part.attempts;
  sums.estimated += part.estimated;
  sums.unknown += part.unknown;
  sums.cost += part.cost;
  sums.cacheSaving += part.cacheSaving;
  sums.inputTokens += part.inputTokens;
  sums.outputTokens += part.outputTokens;
}

/** By the bytes of UTF-8, as a database sorts; null comes last. */
function compareKeys(a: CostRow['keys'], b: CostRow['keys']): number {
  for (const [index, one] of a.entries()) {
    const other = b[index] ?? null;
    if (one === other) continue;
    if (one === null) return 1;
    if (other === null) return -1;
    return Buffer.compare(Buffer.from(one), Buffer.from(other));
  }
  return 0;
}
