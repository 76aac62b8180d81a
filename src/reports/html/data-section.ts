import type { Comparison } from '../../evaluation/index.js';
import { comparisonNotes } from '../comparison-notes.js';
import { html, type Markup } from '../markup.js';
import { count, dollars } from '../numbers.js';
import { shownTradeoffs } from '../shown-tradeoffs.js';
import { facts } from './tables.js';

/** What to know before relying on it. */
export function warningsSection({ warnings, leftOut }: Comparison): Markup {
  if (warnings.length + leftOut.length === 0) return html``;
  return html`<h2>Warnings</h2><ul class="notes">${warnings.map(
    (text) => html`<li class="warn">${text}</li>`,
  )}${leftOut.map(({ router, reason }) => html`<li>left out: ${router}: ${reason}</li>`)}</ul>`;
}

/** Where every figure comes from, so that it can be had again. */
export function provenanceSection(comparison: Comparison): Markup {
  const { splits, provenance, runs = [], assumedPrices, routerFiles = [] } = comparison;
  const pairs = (entries: readonly (readonly [string, string])[]): string =>
    entries.length === 0 ? 'none' : entries.map(([name, value]) => `${name} ${value}`).join(', ');
  const dropped = Object.entries(provenance.dropped).map(
    ([reason, prompts]) => [reason, count(prompts)] as const,
  );
  const prices = Object.entries(assumedPrices ?? {}).map(
    ([model, usd]) => [model, `${dollars(usd)} a call`] as const,
  );
  return html`<h2>Provenance</h2>
${facts([
  ['run', `${comparison.runName} (${comparison.run})`],
  ...(runs.length > 1
    ? [['runs joined', runs.map(({ name, id }) => `${name} (${id})`).join(', ')] as const]
    : []),
  ['outcomes', comparison.simulated ? 'SIMULATED, no evidence about any model' : 'measured'],
  ['compared', provenance.createdAt],
  ['program', `switchyard ${provenance.codeVersion}`],
  ['data', `${count(provenance.prompts)} prompts, hash ${provenance.dataHash}`],
  ['prompts dropped', pairs(dropped)],
  [
    'split',
    splits.folds > 1
      ? `${splits.folds}-fold cross-fitting over ${count(splits.groups)} groups: figures describe the procedure`
      : `fit ${count(splits.fit)}, tune ${count(splits.tune)}, test ${count(splits.test)} prompts in ${count(splits.groups)} groups`,
  ],
  ['out of domain', comparison.outOfDomain === true ? 'yes: whole domains were held out' : 'no'],
  ['seeds', `${comparison.seed}, of the split ${comparison.splitSeed}`],
  ['test part read', `${count(comparison.testReadings)} times, this one included`],
  ['resamples', count(comparison.bootstrap)],
  ['settings of a dial', comparison.dials === undefined ? 'not recorded' : count(comparison.dials)],
  [
    'judge',
    `${comparison.judge}${comparison.calibrated ? ', calibrated' : ', not calibrated: its own error is not in the intervals'}`,
  ],
  ['cost basis', comparison.costBasis],
  ['prices assumed', pairs(prices)],
  [
    'failed answers',
    comparison.failed === 'exclude' ? 'left the comparison' : 'score 0, cost kept',
  ],
  ...routerFiles.map(
    ({ router, path, sha256 }) => [`router ${router}`, `${path}, sha256 ${sha256}`] as const,
  ),
])}
<ul class="notes">${comparisonNotes(comparison, shownTradeoffs(comparison, false))
    .filter(({ kind }) => kind === 'note')
    .slice(0, 2)
    .map(({ text }) => html`<li>${text}</li>`)}</ul>`;
}
