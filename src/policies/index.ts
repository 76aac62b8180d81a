export type {
  Decision,
  EpisodeState,
  Feedback,
  Policy,
  PolicyDocument,
  PolicyNeeds,
  SeenCall,
  Step,
} from './policy.js';
export type { ReplayData, Replayed } from './replay.js';
