import type { Router } from '../router.js';
import { linearBanditRouter } from './linear-router.js';

/** A model is called with the probability that it is the best (σ² = 0.25). */
export const thompson: Router = linearBanditRouter({
  id: 'thompson',
  summary: 'Learns online which model a request needs, by Thompson sampling; may hold a budget',
  source:
    'Agrawal & Goyal, "Thompson Sampling for Contextual Bandits with Linear Payoffs", ICML 2013; forgetting and pacing after ParetoBandit',
  exploring: 'draw',
  exploration: 0.5,
});
