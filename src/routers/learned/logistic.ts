import { calibrate, sigmoid } from '../../features/index.js';
import { linearMethod } from './linear/linear-method.js';
import { predictingRouter } from './predicting-router.js';

/** Certainty that is never granted: a model that was never right is expected to be, this often. */
const DOUBT = 1e-3;
/** Keeps Newton steps short where outputs are all but certain. */
const LEAST_CURVATURE = 0.01;

/** A score with room for doubt. */
const target = (score: number): number => DOUBT + (1 - 2 * DOUBT) * score;

/** Log loss of each model's score, fractions taken as soft labels; probabilities calibrated out of fold. */
export const logisticMethod = linearMethod({
  id: 'logistic',
  summary:
    'Predicts each model’s chance of success by logistic regression on the text, and weighs it against cost',
  source:
    'Hoerl & Kennard 1970 for the penalty; Cox, "The Regression Analysis of Binary Sequences", JRSS B 20, 1958; calibration: Platt 1999',
  loss: {
    start: (mean) => Math.log(target(mean) / (1 - target(mean))),
    residual: (output, score) => target(score) - sigmoid(output),
    curvature: (output) => Math.max(LEAST_CURVATURE, sigmoid(output) * (1 - sigmoid(output))),
    expected: sigmoid,
    steps: 4,
  },
  penalties: [200, 40, 12, 5, 2.5, 1.2, 0.6],
  calibrate,
});

export const logistic = predictingRouter(logisticMethod);
