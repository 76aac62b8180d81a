export {
  type AnswerKey,
  type AnswerKeyEntry,
  createAnswerKey,
  promptHash,
} from './answer-key.js';
export type { StandInBatchOptions } from './batches/batch-options.js';
export type { Fault, FaultChances } from './faults.js';
export { chanceOfRight } from './item-response.js';
export { SIMULATED_MODELS, SIMULATED_PROFILES, type SimulatedProfile } from './profiles.js';
export { createSimulatedModel, type SimulatedOptions } from './simulated-model.js';
export { type StandIn, type StandInOptions, startStandIn } from './stand-in.js';
export type { BilledTotal, CallCount, StandInAccount } from './stand-in-account.js';
