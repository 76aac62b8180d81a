import { canonicalJson } from '../../hash.js';
import type { RouterData } from '../router.js';
import type { LearnOptions, PredictorMethod } from './predictor.js';

const learned = new WeakMap<RouterData, Map<string, unknown>>();

/** What a method learns from a part, learned once however many routers are made of it. */
export function learnOnce<Document>(
  method: PredictorMethod<Document>,
  data: RouterData,
  options: LearnOptions,
): Document | { readonly leftOut: string } {
  const known = learned.get(data) ?? new Map<string, unknown>();
  learned.set(data, known);
  const key = `${method.id} ${options.seed} ${canonicalJson(options.settings)}`;
  if (!known.has(key)) known.set(key, method.learn(data, options));
  return known.get(key) as Document | { readonly leftOut: string };
}
