import { readDataset } from '../datasets/index.js';
import {
  type ModelSpec,
  providerOf,
  type SimulatedOptions,
  type StandIn,
  startStandIn,
} from '../models/index.js';
import type { ServiceConfig } from '../service/index.js';
import { createTableReader } from '../store/index.js';
import { answerKeyOf, shippedDataset } from './answer-key.js';

/** Whether a model is simulated and has no address, so that it must be stood in for. */
export function isStoodInFor({ id, baseUrl }: Pick<ModelSpec, 'id' | 'baseUrl'>): boolean {
  return providerOf(id) === 'simulated' && baseUrl === null;
}

/** Starts the stand-in that answers for simulated models, on a loopback port of its own. */
export async function startSimulated(config: ServiceConfig['simulated']): Promise<StandIn> {
  return startStandIn(await simulatedOptions(config));
}

/** What simulated models know and draw from. */
export async function simulatedOptions({
  dataset,
  seed,
}: ServiceConfig['simulated']): Promise<SimulatedOptions> {
  const { prompts } = await readDataset(dataset ?? shippedDataset, { reader: createTableReader() });
  return { answerKey: answerKeyOf(prompts), seed };
}
