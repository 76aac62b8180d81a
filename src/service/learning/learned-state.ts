import { z } from 'zod';
import { sha256 } from '../../hash.js';

const FORMAT = 'switchyard-learned-state';

const count = z.int().min(0);
const writtenSchema = z.strictObject({
  format: z.literal(FORMAT),
  format_version: z.literal(1),
  /** SHA-256 of the routing table it goes on from. */
  table: z.string(),
  policy: z.string(),
  /** Place of the last feedback that was looked at, in the ledger's journal; 0 for none. */
  through: count,
  /** The operation that it judges: tells this ledger from another one in its place. */
  operation: z.string().nullable(),
  learned: count,
  passed_over: count,
  lost: count,
  state: z.unknown(),
});

/** What a policy has learned since its table was exported, and from which feedback. Plain data. */
export interface LearnedState {
  readonly table: string;
  readonly policy: string;
  /** Place of the last feedback that was looked at; 0 for none. All before it were, each once. */
  readonly through: number;
  /** The operation that it judges; null for none. */
  readonly operation: string | null;
  /** How many a policy learned from. */
  readonly learned: number;
  /** How many are about no choice of this table's policy, or hold no score. */
  readonly passedOver: number;
  /** How many are about requests that were not known any more. */
  readonly lost: number;
  readonly state: unknown;
}

/** Where a learned state is kept from one process to the next. */
export interface LearnedStateStore {
  /** Null where there is none yet. */
  read(): Promise<string | null>;
  /** Whole or not at all; durable once it resolves. */
  write(text: string): Promise<void>;
}

export function writeLearnedState({ passedOver, ...learned }: LearnedState): string {
  const document = {
    format: FORMAT,
    format_version: 1,
    ...learned,
    passed_over: passedOver,
  };
  const body = JSON.stringify(document);
  return `${JSON.stringify({ sha256: sha256(body), body: document })}\n`;
}

/** What was written, or a clause that says why it is not to be trusted. */
export function readLearnedState(text: string): LearnedState | { readonly problem: string } {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return { problem: 'it is no JSON' };
  }
  const outer = z.strictObject({ sha256: z.string(), body: z.unknown() }).safeParse(file);
  if (!outer.success || sha256(JSON.stringify(outer.data.body)) !== outer.data.sha256) {
    return { problem: 'it is not as it was written' };
  }
  const read = writtenSchema.safeParse(outer.data.body);
  if (!read.success) return { problem: 'another version of this program wrote it' };
  const { format: _format, format_version: _version, passed_over, ...learned } = read.data;
  return { ...learned, passedOver: passed_over };
}
