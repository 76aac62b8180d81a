export type { Judge, JudgeInput, Verdict } from './judge.js';
