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
