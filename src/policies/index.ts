export { certainties, decided, keepAnswer } from './decision.js';
export {
  type Driven,
  type DrivenCall,
  type DriveOptions,
  drive,
  type Reply,
  type TakenDecision,
} from './drive.js';
export { type Exploration, exploring } from './exploring.js';
export { TEXTS_NEEDED, unmetNeed } from './needs.js';
export type {
  Decision,
  EpisodeState,
  Experience,
  Feedback,
  Forecast,
  Policy,
  PolicyDocument,
  PolicyNeeds,
  SeenCall,
  Step,
} from './policy.js';
export { type EpisodeListener, type Replayed, replay, replayAll } from './replay.js';
export type { ReplayData } from './replay-data.js';
