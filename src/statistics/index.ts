export { createRng, type Rng } from './random.js';
