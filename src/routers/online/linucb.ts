import type { Router } from '../router.js';
import { linearBanditRouter } from './linear-router.js';

/** Optimism: a model is worth what it may well be worth. */
export const linucb: Router = linearBanditRouter({
  id: 'linucb',
  summary:
    'Learns online which model a request needs, by upper confidence bounds; may hold a budget',
  source:
    'Li, Chu, Langford & Schapire, "A Contextual-Bandit Approach to Personalized News Article Recommendation", WWW 2010; forgetting and pacing after ParetoBandit',
  exploring: 'bound',
  exploration: 0.5,
});
