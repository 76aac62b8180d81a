import type { Activity, CostReport, DailyCosts } from './page-answers.js';
import type { StackedBar, StackedBars } from './page-chart.js';
import type { PageElement, PageWindow } from './page-document.js';
import type { PageElements } from './page-elements.js';
import type { PageFormats } from './page-formats.js';

// Runs in the reader's browser: it is inlined as its own text, and so reads nothing but what it is given.

interface Spending {
  readonly daily: DailyCosts;
  readonly rows: CostReport['rows'];
}

interface Totals {
  readonly daily: DailyCosts;
  readonly activity: Activity;
}

export type SpendingSection = ReturnType<typeof spendingSection>;

/** What was spent: in sum, and by day and model. */
export function spendingSection(
  browser: PageWindow,
  elements: PageElements,
  formats: PageFormats,
  draw: StackedBars,
) {
  const { element, find, table, simulated, faint, list } = elements;
  const { usd, count, share, day, sumUsd } = formats;
  const COLOURS = 6;
  const REST = 'other models';
  const NONE = 'no model';
  /** What the reader chose; null before. */
  const chosen = { origin: null as 'live' | 'simulated' | null, days: null as 7 | 30 | null };
  let data: Spending | null = null;

  const unknownOf = (unknown: number): string =>
    unknown === 0 ? '' : `, and ${count(unknown)} of unknown cost`;

  /** The last so many days up to today, oldest first. */
  function lastDays({ end_date }: DailyCosts, days: number): string[] {
    const end = Date.parse(end_date);
    return Array.from({ length: days }, (_, at) =>
      new Date(end - (days - 1 - at) * 86_400_000).toISOString().slice(0, 10),
    );
  }

  function tile({ daily, activity }: Totals, title: string, days: number): PageElement {
    const within = new Set(lastDays(daily, days));
    const costs = daily.days.filter(({ date }) => within.has(date));
    const done = activity.days.filter(({ date }) => within.has(date));
    const total = (isSimulated: boolean) => {
      const rows = done.filter((row) => row.simulated === isSimulated);
      const requests = rows.reduce((sum, row) => sum + row.requests, 0);
      const failed = rows.reduce((sum, row) => sum + row.failed, 0);
      return { requests, failed };
    };
    const [live, pretended] = [total(false), total(true)];
    const sum = (read: (row: (typeof costs)[number]) => number) =>
      costs.reduce((all, row) => all + read(row), 0);
    const made = element(
      'section',
      { class: 'tile' },
      element('h3', {}, title),
      element(
        'p',
        { class: 'big' },
        element('strong', {}, usd(sumUsd(costs.map(({ cost }) => cost)))),
        ` spent${unknownOf(sum(({ unknown }) => unknown))}`,
      ),
      list([
        ['requests', count(live.requests)],
        ['failed', share(live.failed, live.requests)],
        ['saved by the cache', usd(sumUsd(costs.map((row) => row.cache_saving)))],
      ]),
    );
    if (pretended.requests > 0) {
      const cost = usd(sumUsd(costs.map((row) => row.simulated_cost)));
      const unknown = unknownOf(sum((row) => row.simulated_unknown));
      made.append(
        element(
          'p',
          { class: 'apart' },
          simulated(),
          ` ${cost} that nobody spent${unknown}; ${count(pretended.requests)} requests, ${share(pretended.failed, pretended.requests)} failed`,
        ),
      );
    }
    return made;
  }

  /** Models that have a colour, dearest first; the same ones for every range. */
  function colourOf(origin: 'live' | 'simulated'): Map<string, string> {
    const costs = new Map<string, number[]>();
    for (const row of data!.rows) {
      const cost = origin === 'live' ? row.cost : row.simulated_cost;
      const model = row.model ?? NONE;
      if (cost > 0) costs.set(model, [...(costs.get(model) ?? []), cost]);
    }
    const names = [...costs]
      .map(([model, all]) => ({ model, cost: sumUsd(all) }))
      .sort((a, b) => b.cost - a.cost || (a.model < b.model ? -1 : 1))
      .map(({ model }) => model);
    return new Map(names.map((model, at) => [model, at < COLOURS ? String(at) : 'rest']));
  }

  function barsOf(origin: 'live' | 'simulated', days: 7 | 30): StackedBar[] {
    const colours = colourOf(origin);
    const order = [...colours.keys()];
    return lastDays(data!.daily, days).map((date) => {
      const rows = data!.rows
        .filter((row) => row.day === date)
        .map((row) => ({
          name: row.model ?? NONE,
          colour: colours.get(row.model ?? NONE) ?? 'rest',
          value: origin === 'live' ? row.cost : row.simulated_cost,
        }))
        .filter(({ value }) => value > 0)
        .sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
      return { label: day(date), parts: rows };
    });
  }

  function drawChart(): void {
    const { daily } = data!;
    const isSimulatedOnly =
      daily.days.every((row) => row.cost === 0) && daily.days.some((row) => row.simulated_cost > 0);
    const origin = chosen.origin ?? (isSimulatedOnly ? 'simulated' : 'live');
    const early = lastDays(daily, 30).slice(0, 23);
    const days = chosen.days ?? (daily.days.some(({ date }) => early.includes(date)) ? 30 : 7);
    for (const [name, value] of [
      ['origin', origin],
      ['days', String(days)],
    ] as const) {
      for (const button of find('#spending').querySelectorAll(`[data-${name}]`)) {
        button.setAttribute('aria-pressed', String(button.dataset[name] === value));
      }
    }
    const bars = barsOf(origin, days);
    const label = origin === 'live' ? 'Spent' : 'SIMULATED cost';
    const holder = find('#spending-plot');
    const total = usd(sumUsd(bars.flatMap(({ parts }) => parts.map(({ value }) => value))));
    const title = `${label} by day (UTC) and model over ${days} days, ${total} in all`;
    find('#spending-caption').replaceChildren(
      ...(origin === 'simulated' ? [elements.simulated(), ' '] : []),
      origin === 'live' ? `${title}.` : `${title}, which nobody spent.`,
    );
    hideTip();
    if (bars.every(({ parts }) => parts.length === 0)) {
      holder.replaceChildren(faint('Nothing in this time.'));
    } else {
      holder.replaceChildren(
        draw(bars, {
          width: Math.max(280, Math.round(holder.clientWidth)),
          height: browser.innerWidth < 600 ? 200 : 240,
          title: `${title}. The table below has the numbers.`,
          write: formats.axisUsd,
          onPoint: showTip,
        }),
      );
    }
    drawLegend(origin, bars);
    find('#spending-table').replaceChildren(
      table(
        title,
        ['Day', 'Model', origin === 'live' ? 'Spent' : 'SIMULATED'],
        bars.flatMap((bar) =>
          bar.parts.map((part) => [bar.label, part.name, usd(part.value)] as const),
        ),
      ),
    );
  }

  function drawLegend(origin: 'live' | 'simulated', bars: readonly StackedBar[]): void {
    const entries = new Map<string, { name: string; costs: number[] }>();
    for (const [model, colour] of colourOf(origin)) {
      const name = colour === 'rest' ? REST : model;
      if (!entries.has(colour)) entries.set(colour, { name, costs: [] });
    }
    for (const { parts } of bars) {
      for (const { colour, value } of parts) entries.get(colour)?.costs.push(value);
    }
    find('#spending-legend').replaceChildren(
      ...[...entries].map(([colour, { name, costs }]) =>
        element(
          'li',
          {},
          element('span', { class: `key colour-${colour}`, 'aria-hidden': 'true' }),
          element('span', { class: 'model' }, name),
          ' ',
          element('span', { class: 'faint' }, usd(sumUsd(costs))),
        ),
      ),
    );
  }

  function hideTip(): void {
    find('#spending-tip').hidden = true;
  }

  function showTip(bar: StackedBar | null, x: number): void {
    const tip = find('#spending-tip');
    if (bar === null) {
      hideTip();
      return;
    }
    tip.replaceChildren(
      element('strong', {}, bar.label),
      list([
        ['in all', usd(sumUsd(bar.parts.map(({ value }) => value)))],
        ...[...bar.parts].reverse().map(({ name, value }) => [name, usd(value)] as const),
      ]),
    );
    tip.hidden = false;
    const room = find('#spending-plot').clientWidth;
    const { width } = tip.getBoundingClientRect();
    const left = x + 24 + width > room ? x - 24 - width : x + 24;
    tip.style.left = `${Math.max(0, Math.min(left, room - width))}px`;
  }

  for (const button of find('#spending').querySelectorAll('button')) {
    button.addEventListener('click', () => {
      const { origin, days } = button.dataset;
      if (origin === 'live' || origin === 'simulated') chosen.origin = origin;
      if (days !== undefined) chosen.days = days === '7' ? 7 : 30;
      if (data !== null) drawChart();
    });
  }
  browser.addEventListener('resize', () => {
    if (data !== null) drawChart();
  });

  return {
    showTotals(totals: Totals): void {
      find('#totals').replaceChildren(
        tile(totals, 'Today', 1),
        tile(totals, 'Last 7 days', 7),
        tile(totals, 'Last 30 days', 30),
      );
    },
    show(spending: Spending): void {
      data = spending;
      drawChart();
    },
  };
}
