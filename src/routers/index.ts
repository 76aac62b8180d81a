export type { FitOptions, Router, RouterData } from './router.js';
