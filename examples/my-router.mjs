// @ts-check
// A router of your own: learns which two models to use, and from which length on the better one.
// Name it in an experiment, as my-router.yaml does, or: compare RUN --routers ./my-router.mjs

/** @type {import('switchyard').Router['fromDocument']} */
const fromDocument = (document) => ({
  ...document,
  id: `${document.router}@${document.dial}`,
  needs: { domain: false, answers: false },
  decide({ calls }, { text }) {
    const model = text.length >= Number(document.parameters.threshold) ? 1 : 0;
    const reasons = [`${text.length} characters, threshold ${document.parameters.threshold}`];
    if (calls.length > 0) return { step: { kind: 'stop', answer: 0 }, propensity: 1, reasons };
    return { step: { kind: 'call', model }, propensity: 1, reasons };
  },
  toDocument: () => document,
});

/** @type {import('switchyard').Router} */
export default {
  id: 'length',
  summary: 'Long prompts go to the best model, the others to the cheapest',
  source: 'an example',
  fit({ models, features, score, cost }, tune, { dials }) {
    const total = (/** @type {Float64Array} */ column, /** @type {string} */ model) =>
      features.reduce((sum, _, i) => sum + column[i * models.length + models.indexOf(model)], 0);
    const cheapest = [...models].sort((a, b) => total(cost, a) - total(cost, b))[0];
    const best = [...models].sort((a, b) => total(score, b) - total(score, a))[0];
    if (cheapest === best) return { leftOut: 'the cheapest model is the best' };
    const lengths = tune.features.map(({ text }) => text.length).sort((a, b) => b - a);
    return Array.from({ length: dials }, (_, i) => {
      const dial = (i / (dials - 1)).toFixed(3); // the share of prompts that the best model gets
      const threshold = i === 0 ? 1e9 : lengths[Math.ceil(Number(dial) * lengths.length) - 1];
      const parameters = { threshold };
      return fromDocument({ router: 'length', dial, models: [cheapest, best], parameters });
    });
  },
  fromDocument,
};
