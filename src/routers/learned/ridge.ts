import { linearMethod } from './linear/linear-method.js';
import { predictingRouter } from './predicting-router.js';

/** Least squares of each model's score. */
export const ridgeMethod = linearMethod({
  id: 'ridge',
  summary:
    'Predicts each model’s score by ridge regression on the text, and weighs it against cost',
  source:
    'Hoerl & Kennard, "Ridge Regression", Technometrics 12, 1970; per-model regression as in RouterBench (Hu et al. 2024)',
  loss: {
    start: (mean) => mean,
    residual: (output, score) => score - output,
    curvature: () => 1,
    expected: (output) => Math.min(1, Math.max(0, output)),
    steps: 1,
  },
  penalties: [1000, 200, 60, 24, 12, 6, 3],
});

export const ridge = predictingRouter(ridgeMethod);
