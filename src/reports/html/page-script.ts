import type * as PlotModule from '@observablehq/plot';
import type { FrontierData, FrontierPoint, frontierChart } from '../charts/frontier-chart.js';

// Runs in the reader's browser: it is inlined as its own text, and so reads nothing but what it is given.

/** As much of a page as is used here. */
export interface PageElement {
  textContent: string | null;
  hidden: boolean;
  className: string;
  readonly clientWidth: number;
  readonly dataset: Record<string, string | undefined>;
  readonly style: { left: string; top: string; background: string; color: string };
  append(...nodes: readonly (PageElement | string)[]): void;
  replaceChildren(...nodes: readonly (PageElement | string)[]): void;
  setAttribute(name: string, value: string): void;
  addEventListener(type: string, listener: (event: PageEvent) => void): void;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
  getBoundingClientRect(): { left: number; top: number; width: number; height: number };
}

export interface PageEvent {
  readonly clientX: number;
  readonly clientY: number;
  readonly key: string;
  preventDefault(): void;
}

export interface Page {
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
  createElement(name: string): PageElement;
}

/** Points with their properties in this order, which saves a third of the page. */
export type PackedPoint = readonly [
  policy: string,
  router: string,
  kind: FrontierPoint['kind'],
  label: string,
  letter: string | null,
  frontier: boolean,
  cost: FrontierPoint['cost'],
  quality: FrontierPoint['quality'],
  delta: FrontierPoint['delta'],
  saving: FrontierPoint['saving'],
  shares: FrontierPoint['shares'],
];

export type PackedFrontier = Omit<FrontierData, 'points'> & {
  readonly points: readonly PackedPoint[];
};

/** Draws the frontier anew whenever its view changes, and tells of the policy under the pointer. */
export function frontierPage(
  page: Page,
  onResize: (redraw: () => void) => void,
  Plot: typeof PlotModule,
  chart: typeof frontierChart,
  packed: PackedFrontier,
): void {
  const find = (selector: string): PageElement => {
    const found = page.querySelector(selector);
    if (found === null) throw new Error(`The page has no ${selector}`);
    return found;
  };
  const element = (name: string, className: string, ...children: (PageElement | string)[]) => {
    const made = page.createElement(name);
    made.className = className;
    made.append(...children);
    return made;
  };
  const data: FrontierData = {
    ...packed,
    points: packed.points.map(
      ([policy, router, kind, label, letter, frontier, cost, quality, delta, saving, shares]) => ({
        policy,
        router,
        kind,
        label,
        letter,
        lookup: false,
        frontier,
        cost,
        quality,
        delta,
        saving,
        shares,
      }),
    ),
  };
  const holder = find('#frontier-plot');
  const tip = find('#frontier-tip');
  const ring = find('#frontier-ring');
  const figure = find('#frontier');
  const state = {
    log: data.log,
    hidden: new Set<string>(),
    active: data.active,
    /** What the tip tells of. */
    chosen: null as FrontierPoint | null,
  };
  let places: readonly { point: FrontierPoint; x: number; y: number }[] = [];

  const draw = (): void => {
    const width = Math.max(300, Math.round(holder.clientWidth));
    const { options, letters } = chart(Plot, data, {
      width,
      height: width < 560 ? 400 : 520,
      log: state.log,
      hidden: state.hidden,
      active: state.active !== null && state.hidden.has(state.active) ? null : state.active,
      marginRight: width < 560 ? 12 : 24,
    });
    const plot = Plot.plot(options);
    // In the browser it is an element like any other.
    holder.replaceChildren(plot as PageElement & typeof plot);
    const across = plot.scale('x');
    const up = plot.scale('y');
    const moved = new Map(letters.map((letter) => [letter.point.policy, letter]));
    places = data.points
      .filter(({ router }) => !state.hidden.has(router))
      .map((point) => {
        const letter = moved.get(point.policy);
        return {
          point,
          x: (across?.apply(point.cost[0]) ?? 0) + (letter?.dx ?? 0),
          y: (up?.apply(point.quality[0]) ?? 0) + (letter?.dy ?? 0),
        };
      })
      .sort((a, b) => a.x - b.x);
    for (const button of page.querySelectorAll('[data-axis]')) {
      button.setAttribute('aria-pressed', String((button.dataset.axis === 'log') === state.log));
    }
    for (const button of page.querySelectorAll('[data-router]')) {
      const router = button.dataset.router ?? '';
      button.setAttribute('aria-pressed', String(!state.hidden.has(router)));
    }
  };

  const hide = (): void => {
    state.chosen = null;
    tip.hidden = true;
    ring.hidden = true;
  };

  const write = {
    fraction: (value: number): string => value.toFixed(3),
    signed: (value: number): string => `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(3)}`,
    cost: (value: number): string =>
      data.usd ? `$${value >= 1 ? value.toFixed(2) : value.toPrecision(3)}` : value.toFixed(3),
    percent: (value: number): string => `${(100 * value).toFixed(0)} %`,
  };
  const interval = (
    [mean, low, high]: readonly [number, number, number],
    tell: (value: number) => string,
  ): string => (low === high ? tell(mean) : `${tell(mean)} [${tell(low)}, ${tell(high)}]`);

  const answers = ({ shares }: FrontierPoint): string =>
    shares
      .slice(0, 5)
      .map(([model, share]) => `${data.models[model] ?? ''} ${write.percent(share)}`)
      .join(', ');

  const show = (place: { point: FrontierPoint; x: number; y: number }): void => {
    const { point } = place;
    state.chosen = point;
    const rows: readonly (readonly [string, string])[] = [
      ['quality', interval(point.quality, write.fraction)],
      [data.usd ? 'per 1,000' : 'call share', interval(point.cost, write.cost)],
      ['Δ quality', interval(point.delta, write.signed)],
      ['saving', interval(point.saving, write.percent)],
    ];
    const marks = [
      point.letter !== null && point.kind === 'router' ? 'chosen on tune' : '',
      point.frontier ? 'on the frontier' : '',
      point.router === 'oracle' ? 'ex post, includes luck' : '',
      data.simulated ? 'SIMULATED' : '',
    ].filter((mark) => mark !== '');
    tip.replaceChildren(
      element('strong', '', point.policy),
      ...(marks.length > 0 ? [element('div', 'faint', marks.join(' · '))] : []),
      element(
        'dl',
        '',
        ...rows.flatMap(([name, value]) => [element('dt', '', name), element('dd', '', value)]),
      ),
      element('div', 'faint', `answers: ${answers(point)}`),
    );
    tip.hidden = false;
    ring.hidden = false;
    ring.style.left = `${place.x}px`;
    ring.style.top = `${place.y}px`;
    const box = tip.getBoundingClientRect();
    const room = holder.clientWidth;
    const left = place.x + 16 + box.width > room ? place.x - 16 - box.width : place.x + 16;
    tip.style.left = `${Math.max(0, Math.min(left, room - box.width))}px`;
    tip.style.top = `${Math.max(0, place.y - box.height - 12)}px`;
  };

  const nearest = (x: number, y: number, within: number) => {
    let best: (typeof places)[number] | null = null;
    let least = within;
    for (const place of places) {
      // A chosen setting wins over others about as near.
      const favour = place.point.letter !== null || place.point.kind === 'model' ? 0.6 : 1;
      const distance = favour * Math.hypot(place.x - x, place.y - y);
      if (distance < least) {
        least = distance;
        best = place;
      }
    }
    return best;
  };

  holder.addEventListener('pointermove', (event) => {
    const box = holder.getBoundingClientRect();
    const place = nearest(event.clientX - box.left, event.clientY - box.top, 30);
    if (place === null) hide();
    else show(place);
  });
  holder.addEventListener('pointerleave', hide);
  holder.addEventListener('click', () => {
    const { chosen } = state;
    if (chosen === null || chosen.kind !== 'router') return;
    state.active = chosen.router;
    draw();
  });
  figure.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === 'Escape') hide();
    if (step === undefined) return;
    event.preventDefault();
    const marked = places.filter(
      ({ point }) =>
        point.kind !== 'router' || point.letter !== null || point.router === state.active,
    );
    const index = marked.findIndex(({ point }) => point.policy === state.chosen?.policy);
    const next = marked[(index + step + marked.length) % marked.length];
    if (next !== undefined) show(next);
  });
  for (const button of page.querySelectorAll('[data-axis]')) {
    button.addEventListener('click', () => {
      state.log = button.dataset.axis === 'log';
      hide();
      draw();
    });
  }
  for (const button of page.querySelectorAll('[data-router]')) {
    const router = button.dataset.router ?? '';
    button.addEventListener('click', () => {
      if (!state.hidden.delete(router)) state.hidden.add(router);
      hide();
      draw();
    });
    for (const type of ['pointerenter', 'focus']) {
      button.addEventListener(type, () => {
        if (state.hidden.has(router) || state.active === router) return;
        state.active = router;
        draw();
      });
    }
  }
  for (const button of page.querySelectorAll('[data-routers]')) {
    button.addEventListener('click', () => {
      state.hidden = new Set(
        button.dataset.routers === 'all' ? [] : data.routers.map(({ router }) => router),
      );
      hide();
      draw();
    });
  }
  const folded = page.querySelector('#all-settings');
  const rows = folded?.querySelector('tbody') ?? null;
  folded?.addEventListener('toggle', () => {
    if (rows === null || rows.querySelector('tr') !== null) return;
    const cell = (name: string, text: string, value: number | string): PageElement => {
      const made = element(name, '', text);
      made.setAttribute('data-value', String(value));
      return made;
    };
    rows.append(
      ...data.points.map((point) =>
        element(
          'tr',
          point.letter === null ? '' : 'chosen',
          cell('th', point.policy, point.policy),
          cell('td', interval(point.quality, write.fraction), point.quality[0]),
          cell('td', interval(point.cost, write.cost), point.cost[0]),
          cell('td', interval(point.delta, write.signed), point.delta[0]),
          cell('td', interval(point.saving, write.percent), point.saving[0]),
          cell('td', answers(point), answers(point)),
        ),
      ),
    );
  });
  onResize(draw);
  draw();
}

/** Sorts a table by the column whose head is pressed: first one way, then the other. */
export function sortableTables(page: Page): void {
  for (const table of page.querySelectorAll('table.sortable')) {
    const body = table.querySelector('tbody');
    const heads = [...table.querySelectorAll('thead th')];
    heads.forEach((head, column) => {
      head.querySelector('button')?.addEventListener('click', () => {
        const descending = head.dataset.order === 'ascending';
        for (const other of heads) {
          other.dataset.order = '';
          other.setAttribute('aria-sort', 'none');
        }
        head.dataset.order = descending ? 'descending' : 'ascending';
        head.setAttribute('aria-sort', head.dataset.order);
        const keyOf = (row: PageElement): string =>
          [...row.querySelectorAll('th, td')][column]?.dataset.value ?? '';
        const rows = [...(body?.querySelectorAll('tr') ?? [])].sort((a, b) => {
          const [first, second] = [keyOf(a), keyOf(b)];
          // Unknown stands last either way.
          if (first === '' || second === '') return Number(first === '') - Number(second === '');
          const [left, right] = [Number(first), Number(second)];
          const order =
            Number.isNaN(left) || Number.isNaN(right) ? first.localeCompare(second) : left - right;
          return descending ? -order : order;
        });
        body?.replaceChildren(...rows);
      });
    });
  }
}
