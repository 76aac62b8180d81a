/** What stands over everything that shows simulated outcomes. */
export const SIMULATED =
  'SIMULATED outcomes: this shows how it works, and is no evidence about any model.';
