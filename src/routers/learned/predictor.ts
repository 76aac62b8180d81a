import type { z } from 'zod';
import type { Features } from '../../features/index.js';
import type { Forecast } from '../../policies/index.js';
import type { RouterData } from '../router.js';

/** Foretells what each model would give on a request. Pure; every number finite. */
export interface Predictor {
  /** Requests must declare their domain. */
  readonly needsDomain?: boolean;
  /** Signals that requests must carry. */
  readonly needsSignals?: readonly string[];
  forecast(features: Features): Forecast;
  /** One short clause for a person on what the forecast rests on. */
  explain(features: Features): string;
}

export interface LearnOptions {
  readonly seed: number;
  /** As the method's `settings` parsed them. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * A way of learning to predict quality and cost by model. What it learns is plain data: the predictor
 * that is evaluated is made from that very data, so that one read back from a file decides the same.
 */
export interface PredictorMethod<Document = unknown> {
  /** The id of the router that is made of it. */
  readonly id: string;
  readonly summary: string;
  /** Paper or repository. */
  readonly source: string;
  /** It reads the declared domain. */
  readonly usesDomain?: boolean;
  /** It has a setting `features`, by which it rests on embeddings. */
  readonly readsEmbeddings?: boolean;
  /** Ids of the methods it puts together. */
  readonly members?: readonly string[];
  /** What its setting of no weight on cost is called, where it has a name of its own. @default '1' */
  readonly topDial?: string;
  /** What an experiment may set of it. */
  readonly settings: z.ZodType<Readonly<Record<string, unknown>>>;
  /** What it learns, as written down. */
  readonly document: z.ZodType<Document>;
  /**
   * Learns from `data` alone; hyper-parameters are chosen by folds inside it, groups kept whole.
   * NaN scores and costs are cells never measured.
   */
  learn(data: RouterData, options: LearnOptions): Document | { readonly leftOut: string };
  /**
   * Settings under which `learn` takes the hyper-parameters of this document as given, so that it can
   * be learned again on a part of the data without choosing anew. Absent: there is nothing to choose.
   */
  chosen?(document: Document): Readonly<Record<string, unknown>>;
  /**
   * @param models how many models the data had
   * @throws UserError quoting what is wrong where the document does not fit together
   */
  load(document: Document, models: number): Predictor;
}
