import type { Drift, DriftFigure, Health, Interval, Learning } from './page-answers.js';
import type { PageElement } from './page-document.js';
import type { PageElements } from './page-elements.js';
import type { PageFormats } from './page-formats.js';

// Runs in the reader's browser: it is inlined as its own text, and so reads nothing but what it is given.

export type RoutingSection = ReturnType<typeof routingSection>;

/** Whether live traffic goes as the routing table expects, and what is learned from it. */
export function routingSection(elements: PageElements, formats: PageFormats) {
  const { element, svg, find, list, simulated, faint } = elements;
  const { count, usd, percent, fraction, interval } = formats;
  const STATES: Readonly<Record<string, readonly [mark: string, text: string]>> = {
    within: ['good', 'as expected'],
    outside: ['bad', 'OUTSIDE'],
    too_few: ['open', 'too few yet'],
    unknown: ['open', 'nothing expected'],
  };

  function badge({ status, n }: DriftFigure): PageElement {
    const [mark, text] = STATES[status] ?? ['open', status];
    const shown = element('span', { class: `badge ${mark}` }, text);
    shown.setAttribute('title', `${count(n)} seen`);
    return shown;
  }

  /** Both intervals on one scale: what is expected above, what is seen below. */
  function ranges({ expected, live }: DriftFigure, most: number, label: string): PageElement {
    const across = (value: number): number => 100 * Math.min(1, most === 0 ? 0 : value / most);
    const drawn = svg('svg', { class: 'ranges', height: 26, role: 'img', 'aria-label': label });
    const line = (one: Interval, y: number, name: string): void => {
      const x = (value: number): string => `${across(value)}%`;
      drawn.append(
        svg('rect', { class: `mean ${name}`, x: 0, y, width: x(one.mean), height: 9, rx: 2 }),
        svg('line', { class: 'reach', x1: x(one.low), x2: x(one.high), y1: y + 4.5, y2: y + 4.5 }),
        svg('line', { class: 'reach', x1: x(one.low), x2: x(one.low), y1: y + 1, y2: y + 8 }),
        svg('line', { class: 'reach', x1: x(one.high), x2: x(one.high), y1: y + 1, y2: y + 8 }),
      );
    };
    drawn.append(svg('rect', { class: 'track', x: 0, y: 2, width: '100%', height: 22, rx: 3 }));
    if (expected !== null) line(expected, 3, 'expected');
    if (live !== null) line(live, 14, 'live');
    return drawn;
  }

  function figure(
    name: string,
    drift: DriftFigure,
    most: number,
    write: (value: number) => string,
  ): PageElement {
    const { expected, live, n } = drift;
    const told = `seen ${live === null ? 'nothing yet' : interval(live, write)}, expected ${expected === null ? 'nothing' : interval(expected, write)}`;
    return element(
      'li',
      {},
      element('div', { class: 'named' }, element('strong', { class: 'model' }, name), badge(drift)),
      ranges(drift, most, `${name}: ${told}`),
      element('p', { class: 'faint' }, `${told} (n = ${count(n)})`),
    );
  }

  const highest = ({ expected, live }: DriftFigure): number =>
    1.15 * Math.max(expected?.high ?? 0, live?.high ?? 0);

  function routing(health: Health, drift: Drift | null, isAdmin: boolean): PageElement {
    const { table } = health;
    if (table == null) {
      return faint('No routing table is loaded, so every request names its model.');
    }
    const named = element(
      'p',
      {},
      'Table ',
      element('strong', {}, table.name),
      ' decides by ',
      element('code', {}, table.policy),
      '.',
    );
    if (drift === null) {
      return element(
        'div',
        {},
        named,
        faint(
          isAdmin
            ? 'Nothing here holds live traffic against what the table expects.'
            : 'An administrator sees whether live traffic goes as it expects.',
        ),
      );
    }
    const { quality, cost_usd_per_1k: cost, shares, since, simulated: isSimulated } = drift;
    const all = [quality, cost, ...Object.values(shares)];
    const outside = all.filter(({ status }) => status === 'outside').length;
    return element(
      'div',
      {},
      named,
      ...(outside === 0
        ? []
        : [
            element(
              'p',
              { class: 'alarm' },
              element('strong', {}, 'Drift: '),
              `${count(outside)} of ${count(all.length)} figures lie outside of what the table expects. It may no longer be the right one: `,
              element('code', {}, 'switchyard tune --from service'),
              ' proposes another.',
            ),
          ]),
      element(
        'ul',
        { class: 'figures' },
        figure('Quality', quality, 1, fraction),
        figure('Cost per 1,000', cost, highest(cost), usd),
      ),
      element('h3', {}, 'Mix of models'),
      element(
        'ul',
        { class: 'figures' },
        ...Object.entries(shares).map(([model, one]) => figure(model, one, 1, percent)),
      ),
      element(
        'p',
        { class: 'faint' },
        ...(isSimulated ? [simulated(), ' answers are among what was seen. '] : []),
        element('span', { class: 'key expected', 'aria-hidden': 'true' }),
        'expected ',
        element('span', { class: 'key live', 'aria-hidden': 'true' }),
        `seen since ${since.slice(0, 16).replace('T', ' ')} UTC, with intervals.`,
      ),
    );
  }

  function learning({ adapting, exploring, judging }: Learning): PageElement {
    const isQuiet = adapting === null && judging === null && exploring.share === 0;
    if (isQuiet)
      return faint('The policy stays as it was exported: nothing is learned from traffic.');
    const models = adapting?.models ?? [];
    return element(
      'div',
      {},
      list([
        [
          'adapting',
          adapting === null
            ? 'off'
            : `learned from ${count(adapting.learned)}, passed over ${count(adapting.passed_over)}, lost ${count(adapting.lost)}`,
        ],
        [
          'exploring',
          exploring.share === 0
            ? 'off'
            : `${percent(exploring.share)} of routed requests${exploring.dearer ? ', dearer models too' : ''}; ${count(exploring.strayed)} of ${count(exploring.routed)} strayed`,
        ],
        [
          'judging',
          judging === null
            ? 'off'
            : `${percent(judging.share)} by ${judging.model}: ${count(judging.scored)} scored, ${count(judging.unscored)} unscored, ${count(judging.waiting)} waiting`,
        ],
        ...models.map(
          ({ model, scores, quality, cost }) =>
            [
              model,
              `${count(scores)} scores, quality ${quality === null ? 'unknown' : fraction(quality)}, ${usd(cost)} a call`,
            ] as const,
        ),
      ]),
    );
  }

  return {
    /** @param drift null where nobody watches, or for whoever may not see it */
    show(health: Health, drift: Drift | null, isAdmin: boolean): void {
      find('#routing-figures').replaceChildren(routing(health, drift, isAdmin));
    },
    /** @param state null for whoever may not see it */
    showLearning(state: Learning | null): void {
      find('#learning').replaceChildren(
        state === null ? faint('An administrator sees what is learned.') : learning(state),
      );
    },
  };
}
