import type { ExperimentPrice } from '../costs/index.js';
import { COMPLEXITY_READING_VERSION } from './complexity-reading.js';

/** What a signal holds: a dense vector of the text, or one reading of how demanding it is. */
export type SignalKind = 'embedding' | 'complexity';

/** What computes embeddings in this process, without a call. */
export const LOCAL_MODEL = 'local';

/** Where a signal comes from: enough to obtain it again, for a gateway too. Plain data, no secret. */
export interface SignalSpec {
  readonly kind: SignalKind;
  /** `provider/name`, or `local`. */
  readonly model: string;
  /** Null for the provider's own address. */
  readonly baseUrl: string | null;
  /** Name of the environment variable that holds the key; null for the provider's default. */
  readonly apiKeyEnv: string | null;
  /** Null where the catalogue is to know it. */
  readonly price: ExperimentPrice | null;
}

/** Raised whenever what is embedded of a request changes. */
const EMBEDDING_VERSION = '1';

export const signalVersion = ({ kind }: Pick<SignalSpec, 'kind'>): string =>
  kind === 'embedding' ? EMBEDDING_VERSION : COMPLEXITY_READING_VERSION;

/** Names all that shapes the values: kind, model, version and address. Keys and prices do not. */
export function signalId(spec: Pick<SignalSpec, 'kind' | 'model' | 'baseUrl'>): string {
  const { kind, model, baseUrl } = spec;
  const address = baseUrl === null ? '' : ` at ${baseUrl}`;
  return `${kind}:${model}:${signalVersion(spec)}${address}`;
}

/** The kind of signal that an id names. */
export const isEmbeddingId = (id: string): boolean => id.startsWith('embedding:');
