import type { Comparison, DomainResult } from '../../evaluation/index.js';
import { PALETTE } from '../charts/palette.js';
import { intervalChart } from '../charts/small-charts.js';
import { html, type Markup, trusted } from '../markup.js';
import { count, fraction, signed } from '../numbers.js';
import { withinDomainsNotes } from '../within-domains-notes.js';
import { estimateCell, numberCell, sortableTable, textCell } from './tables.js';

/** More rows than this say less than the table does. */
const DRAWN = 24;

/** What is left of a gain once domains are looked at one by one. */
export function domainSection(comparison: Comparison): Markup {
  const { withinDomains } = comparison;
  if (!withinDomains) return html``;
  const { policy, domains } = withinDomains;
  const gains = domains
    .filter(({ gain }) => gain?.mean !== null && gain !== null)
    .toSorted((a, b) => b.test - a.test);
  const drawn = gains.slice(0, DRAWN);
  const whole = (value: number | null): string => (value === null ? '–' : count(Math.round(value)));
  const chart = intervalChart(
    [
      ...(withinDomains.gain === null
        ? []
        : [{ label: 'all, by prompts', estimate: withinDomains.gain, color: PALETTE.learned }]),
      ...drawn.flatMap(({ domain, gain }) =>
        gain === null ? [] : [{ label: domain, estimate: gain, color: PALETTE.baseline }],
      ),
    ],
    {
      name: 'Gain over the random mixture in each domain',
      width: 640,
      write: (value) => signed((each) => String(each))(Number(value.toFixed(3))),
      mark: 0,
    },
  );
  const groups = domains.reduce((sum, { testGroups }) => sum + testGroups, 0);
  const prompts = domains.reduce((sum, { test }) => sum + test, 0);
  return html`<h2>Within domains</h2>
${withinDomainsNotes(comparison).map((note) => html`<p>${note.charAt(0).toUpperCase()}${note.slice(1)}.</p>`)}
${chart === null || policy === null ? '' : html`<figure>${trusted(chart)}<figcaption>Quality of ${policy} less that of a random mixture at its cost, both in the domain${gains.length > DRAWN ? `; the ${DRAWN} largest of ${gains.length} domains` : ''}. 95 % intervals over ${count(Math.round(prompts))} prompts in ${count(Math.round(groups))} groups in all.</figcaption></figure>`}
<details><summary>All ${domains.length} domains</summary>${sortableTable<DomainResult>(
    [
      { head: 'domain', cell: ({ domain }) => textCell(domain) },
      { head: 'fit', cell: ({ fit }) => numberCell(fit, whole) },
      { head: 'tune', cell: ({ tune }) => numberCell(tune, whole) },
      { head: 'test', cell: ({ test }) => numberCell(test, whole) },
      { head: 'test groups', cell: ({ testGroups }) => numberCell(testGroups, whole) },
      { head: 'reference', cell: ({ reference }) => estimateCell(reference, fraction) },
      { head: 'lookup', cell: ({ perDomain }) => estimateCell(perDomain, fraction) },
      { head: policy ?? 'candidate', cell: ({ candidate }) => estimateCell(candidate, fraction) },
      { head: 'gain', cell: ({ gain }) => estimateCell(gain, signed(fraction)) },
    ],
    domains,
    { caption: 'Prompts by part, quality and gain with 95 % intervals over the test groups' },
  )}</details>`;
}
