import type { Comparison, Tradeoff } from '../evaluation/index.js';
import { count, dollars } from './numbers.js';
import { withinDomainsNotes } from './within-domains-notes.js';

export interface Note {
  readonly kind: 'note' | 'warning';
  readonly text: string;
}

/** Where the figures come from and what they do not say; the same in every form of the report. */
export function comparisonNotes(
  comparison: Comparison,
  rows: readonly Tradeoff[],
): readonly Note[] {
  const { provenance, assumedPrices } = comparison;
  const marks = [
    rows.some(({ chosenOnTune }) => chosenOnTune) ? '* setting chosen on tune' : '',
    rows.some(({ frontier }) => frontier) ? '^ on the frontier' : '',
    rows.some(({ router }) => router === 'oracle') ? '† ex post, includes luck' : '',
    `Δ quality and saving against ${comparison.reference}, the best single model on tune`,
  ];
  const dropped = Object.entries(provenance.dropped);
  const prices = Object.entries(assumedPrices ?? {});
  const notes = [
    marks.filter(Boolean).join(' · '),
    `${splitText(comparison)}; intervals cover the sampling of prompts, not of training (bootstrap over groups, B = ${count(comparison.bootstrap)})`,
    ...(prices.length > 0
      ? [
          `prices assumed, not measured: ${prices.map(([model, usd]) => `${model} ${dollars(usd)} a call`).join(', ')}`,
        ]
      : []),
    ...(comparison.failed === 'exclude' ? ['failed answers left the comparison'] : []),
    ...(dropped.length > 0
      ? [
          `prompts dropped for all alike: ${dropped.map(([reason, prompts]) => `${reason} ${count(prompts)}`).join(', ')}`,
        ]
      : []),
    ...withinDomainsNotes(comparison),
    ...(comparison.routerFiles ?? []).map(
      ({ router, path, sha256 }) => `router ${router} from ${path}, sha256 ${sha256.slice(0, 12)}`,
    ),
    ...comparison.leftOut.map(({ router, reason }) => `left out: ${router}: ${reason}`),
    provenanceText(comparison),
  ];
  return [
    ...notes.map((text): Note => ({ kind: 'note', text })),
    ...comparison.warnings.map((text): Note => ({ kind: 'warning', text })),
  ];
}

function splitText({ splits, outOfDomain }: Comparison): string {
  const groups = count(splits.groups);
  const method =
    splits.folds > 1
      ? `${splits.folds}-fold cross-fitting over ${groups} groups: figures describe the procedure`
      : `fit ${count(splits.fit)}, tune ${count(splits.tune)}, test ${count(splits.test)} prompts in ${groups} groups${splits.testGroups === undefined ? '' : `, ${count(splits.testGroups)} of them to test`}`;
  return outOfDomain === true
    ? `out of domain: the domains of the test prompts were never learned from; ${method}`
    : method;
}

function provenanceText(comparison: Comparison): string {
  const { provenance, runs = [] } = comparison;
  const named = runs.length > 1 ? `runs ${runs.map(({ name }) => name).join(', ')} · ` : '';
  const judge = comparison.calibrated ? comparison.judge : `${comparison.judge} (not calibrated)`;
  return `${named}judge ${judge} · cost basis ${comparison.costBasis} · seed ${comparison.seed} · split seed ${comparison.splitSeed} · data ${provenance.dataHash.slice(0, 12)} · switchyard ${provenance.codeVersion} · reading ${comparison.testReadings} of this test part`;
}
