import type { Activity, CacheStats, CostReport, Saving, Suggestion } from './page-answers.js';
import type { PageElement } from './page-document.js';
import type { PageElements } from './page-elements.js';
import type { PageFormats } from './page-formats.js';

// Runs in the reader's browser: it is inlined as its own text, and so reads nothing but what it is given.

type Report = Pick<CostReport, 'suggestions' | 'notes'>;

export type SavingsSection = ReturnType<typeof savingsSection>;

/** What each technique saved, what could be saved further, and how the cache does. */
export function savingsSection(elements: PageElements, formats: PageFormats) {
  const { element, svg, find, table, list, simulated, faint } = elements;
  const { count, usd, percent, share, bytes, sumUsd, interval } = formats;

  type Day = Activity['days'][number];
  const total = (days: readonly Day[], read: (day: Day) => Saving): Saving => ({
    requests: days.reduce((sum, one) => sum + read(one).requests, 0),
    saving: sumUsd(days.map((one) => read(one).saving)),
    unknown: days.reduce((sum, one) => sum + read(one).unknown, 0),
  });

  /** What it saved as far as that is known; a saving of which nothing is known is none to show. */
  function saved({ requests, saving, unknown }: Saving, estimated: boolean): string {
    if (requests === 0) return '–';
    if (unknown === requests) return 'unknown';
    const rest = unknown === 0 ? '' : ` and ${count(unknown)} unknown`;
    return `${estimated ? '≈\u00a0' : ''}${usd(saving)}${rest}`;
  }

  function savings({ days }: Activity): PageElement {
    const live = days.filter((one) => !one.simulated);
    const pretended = days.filter((one) => one.simulated);
    const row = (name: string, read: (day: Day) => Saving, estimated = false) => {
      const [spent, shown] = [total(live, read), total(pretended, read)];
      return [
        name,
        count(spent.requests),
        saved(spent, estimated),
        ...(pretended.length === 0 ? [] : [count(shown.requests), saved(shown, estimated)]),
      ];
    };
    const made = table(
      'Over 30 days',
      [
        'Technique',
        'Requests',
        'Saved',
        ...(pretended.length === 0 ? [] : ['SIMULATED requests', 'SIMULATED saving']),
      ],
      [
        row('Exact cache', ({ exact }) => exact),
        row('Semantic cache', ({ similar }) => similar),
        row('Compression', ({ compression }) => compression, true),
        ['Batching', 'n/a', 'n/a', ...(pretended.length === 0 ? [] : ['n/a', 'n/a'])],
      ],
    );
    const tokens = (some: readonly Day[]) =>
      count(some.reduce((sum, one) => sum + one.compression.tokens, 0));
    const holder = element('div', { class: 'scroll', tabindex: 0 }, made);
    holder.setAttribute('role', 'region');
    holder.setAttribute('aria-label', 'Savings by technique');
    return element(
      'div',
      {},
      holder,
      faint(
        `Compression removed ${tokens(live)} input tokens${pretended.length === 0 ? '' : ` (SIMULATED: ${tokens(pretended)})`}, estimated; in dollars at the input price of the models asked. The service answers at once, so it batches nothing.`,
      ),
    );
  }

  function suggestion(one: Suggestion): PageElement {
    const { title, text, saving_usd: saving, assumption, parameters, computed } = one;
    const worth =
      saving === null
        ? 'saving unknown'
        : `would have saved ${interval({ ...saving, mean: saving.value }, usd)}`;
    const given = Object.entries(parameters).map(([name, value]) => `-- $${name} = ${value}`);
    return element(
      'li',
      {},
      ...(one.simulated ? [simulated(), ' '] : []),
      element('strong', {}, title),
      element('p', {}, text),
      element('p', {}, `${worth}; ${count(one.count)} of ${count(one.of)}`),
      ...[assumption, computed].filter((told) => told !== null).map(faint),
      element(
        'details',
        {},
        element('summary', {}, 'the query behind it'),
        element('pre', { tabindex: 0 }, element('code', {}, [one.query, ...given].join('\n'))),
      ),
    );
  }

  function suggestions({ suggestions: all, notes }: Report): PageElement {
    return element(
      'div',
      {},
      all.length === 0
        ? faint('Nothing to suggest yet.')
        : element('ul', { class: 'suggestions' }, ...all.map(suggestion)),
      ...notes.map(faint),
    );
  }

  function cache(stats: CacheStats): PageElement {
    if (!stats.enabled) return faint('This service repeats no answers: its cache is off.');
    const { semantic, hits, misses, hit_rate: rate } = stats;
    const similar = semantic?.hits ?? 0;
    const looks = hits + misses;
    const part = (name: string, some: number) => `${name} ${count(some)} (${share(some, looks)})`;
    const exact = looks === 0 ? 0 : (100 * (hits - similar)) / looks;
    const also = looks === 0 ? 0 : (100 * similar) / looks;
    const meter = svg(
      'svg',
      {
        class: 'meter',
        viewBox: '0 0 100 10',
        preserveAspectRatio: 'none',
        role: 'img',
        'aria-label': `Hit rate ${percent(rate)}: ${part('exact', hits - similar)}, ${part('semantic', similar)}`,
      },
      svg('rect', { class: 'track', width: 100, height: 10 }),
      svg('rect', { class: 'fill-0', width: exact, height: 10 }),
      svg('rect', { class: 'fill-1', x: exact, width: also, height: 10 }),
    );
    const refused = Object.entries(semantic?.refused ?? {}).filter(([, some]) => some > 0);
    return element(
      'div',
      {},
      element(
        'p',
        { class: 'big' },
        element('strong', {}, rate === null ? '–' : percent(rate)),
        ` of ${count(looks)} looks were hits`,
      ),
      meter,
      list([
        ['exact hits', count(hits - similar)],
        ['semantic hits', semantic == null ? 'off' : count(similar)],
        ...(semantic == null
          ? []
          : [
              [
                'similar from',
                `${semantic.threshold} on, ${semantic.max_false_hits === null ? 'not calibrated' : `at most ${percent(semantic.max_false_hits)} false hits`}`,
              ] as const,
            ]),
        ['misses', count(misses)],
        ['entries', `${count(stats.entries)}, ${bytes(stats.bytes)}`],
        ['evictions', count(stats.evictions)],
        ...(semantic == null
          ? []
          : [['without an embedding', count(semantic.unembedded)] as const]),
        ...(refused.length === 0
          ? []
          : [
              [
                'kept apart by guards',
                refused.map(([guard, some]) => `${guard} ${count(some)}`).join(', '),
              ] as const,
            ]),
      ]),
      faint('Since the service began.'),
    );
  }

  return {
    show(activity: Activity): void {
      find('#savings-table').replaceChildren(savings(activity));
    },
    showSuggestions(report: Report): void {
      find('#suggestions').replaceChildren(suggestions(report));
    },
    showCache(stats: CacheStats, isSimulated: boolean): void {
      find('#cache').replaceChildren(...(isSimulated ? [simulated()] : []), cache(stats));
    },
  };
}
