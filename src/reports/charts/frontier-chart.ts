import type * as PlotModule from '@observablehq/plot';

// Drawn by the command and, in the page, by the reader's browser: `frontierChart` is inlined there as
// its own text, and so reads nothing but what it is given.

export type Range = readonly [number, number];
/** Mean, low and high. */
export type Interval = readonly [number, number, number];

export interface FrontierPoint {
  readonly policy: string;
  readonly router: string;
  readonly kind: 'model' | 'baseline' | 'router';
  readonly label: string;
  /** Of a router's chosen setting, and of lookups; null for the other settings of a dial. */
  readonly letter: string | null;
  readonly lookup: boolean;
  readonly frontier: boolean;
  readonly cost: Interval;
  readonly quality: Interval;
  readonly delta: Interval;
  readonly saving: Interval;
  /** Index among the models, and share of the prompts. */
  readonly shares: readonly (readonly [number, number])[];
}

export interface FrontierRouter {
  readonly router: string;
  readonly family: string;
  readonly familyName: string;
  readonly color: string;
  /** Of its chosen setting, and of its lookup where it is one. */
  readonly letters: readonly string[];
  /** Whether the verdict names it. */
  readonly candidate: boolean;
}

export interface FrontierData {
  readonly points: readonly FrontierPoint[];
  readonly routers: readonly FrontierRouter[];
  readonly models: readonly string[];
  readonly usd: boolean;
  readonly costLabel: string;
  /** Which axis shows costs better. */
  readonly log: boolean;
  readonly linearDomain: Range;
  /** Null where a cost is 0. */
  readonly logDomain: Range | null;
  readonly logTicks: readonly number[];
  readonly qualityDomain: Range;
  readonly baseline: string;
  readonly simulated: boolean;
  /** The policy that the verdict names. */
  readonly candidate: string;
  /** The router whose dial is drawn at first: the candidate's, where it has one. */
  readonly active: string | null;
}

export interface FrontierView {
  readonly width: number;
  readonly height: number;
  readonly log: boolean;
  /** Routers that are not drawn. */
  readonly hidden: ReadonlySet<string>;
  /** The router whose whole dial is drawn with its band. */
  readonly active: string | null;
  /** Room to the right of the frame. */
  readonly marginRight: number;
}

export interface FrontierDrawing {
  /** For `Plot.plot`. */
  readonly options: PlotModule.PlotOptions;
  /** How far from its place each letter is drawn, in pixels. */
  readonly letters: readonly {
    readonly point: FrontierPoint;
    readonly dx: number;
    readonly dy: number;
  }[];
}

/** The frontier as Plot draws it. */
export function frontierChart(
  Plot: typeof PlotModule,
  data: FrontierData,
  view: FrontierView,
): FrontierDrawing {
  const log = view.log && data.logDomain !== null;
  const margin = { left: 52, right: view.marginRight, top: 22, bottom: 46 };
  const x = {
    type: log ? ('log' as const) : ('linear' as const),
    domain: [...(log && data.logDomain !== null ? data.logDomain : data.linearDomain)],
    range: [margin.left, view.width - margin.right],
  };
  const y = { domain: [...data.qualityDomain], range: [view.height - margin.bottom, margin.top] };
  const colors = new Map(data.routers.map(({ router, color }) => [router, color]));
  const colorOf = ({ router }: FrontierPoint): string => colors.get(router) ?? data.baseline;
  const drawn = data.points.filter(({ router }) => !view.hidden.has(router));
  const byCost = (a: FrontierPoint, b: FrontierPoint): number => a.cost[0] - b.cost[0];
  const cost = ({ cost: [mean] }: FrontierPoint): number => mean;
  const quality = ({ quality: [mean] }: FrontierPoint): number => mean;
  const models = drawn.filter(({ kind }) => kind === 'model');
  const mixture = drawn.filter(({ router }) => router === 'mixture').sort(byCost);
  const oracles = drawn.filter(({ router }) => router === 'oracle');
  const randoms = drawn.filter(({ router }) => router === 'random');
  const dials = drawn.filter(({ kind }) => kind === 'router').sort(byCost);
  const active = dials.filter(({ router }) => router === view.active);
  const lettered = dials.filter(({ letter }) => letter !== null);
  const whiskered = [...models, ...lettered];
  const faded = (point: FrontierPoint): number =>
    view.active === null || point.router === view.active ? 0.75 : 0.3;

  // Names go where nothing stands yet: right of their dot, else left, above, below, further off.
  const acrossScale = Plot.scale({ x });
  const upScale = Plot.scale({ y });
  const named = [...models, ...oracles, ...randoms];
  const at = (point: FrontierPoint) => ({
    cx: acrossScale.apply(cost(point)),
    cy: upScale.apply(quality(point)),
  });
  const boxAround = (cx: number, cy: number, r: number) => ({
    left: cx - r,
    right: cx + r,
    top: cy - r,
    bottom: cy + r,
  });
  const boxes = named.map((point) => boxAround(at(point).cx, at(point).cy, 4));
  // Letters that would cover one another step aside; a dot and a line say where they belong.
  const letters: { point: FrontierPoint; dx: number; dy: number }[] = [];
  const first = (point: FrontierPoint): number => (point.policy === data.candidate ? 0 : 1);
  for (const point of lettered.toSorted((a, b) => first(a) - first(b))) {
    const { cx, cy } = at(point);
    const clear = (dx: number, dy: number): boolean =>
      letters.every((other) => {
        const { cx: ox, cy: oy } = at(other.point);
        return Math.hypot(cx + dx - ox - other.dx, cy + dy - oy - other.dy) >= 18;
      }) &&
      named.every((other) => {
        const { cx: ox, cy: oy } = at(other);
        return Math.hypot(cx + dx - ox, cy + dy - oy) >= 13;
      }) &&
      cx + dx > margin.left + 8 &&
      cx + dx < view.width - margin.right - 4 &&
      cy + dy > margin.top &&
      cy + dy < view.height - margin.bottom - 8;
    let place = { dx: 0, dy: 0 };
    search: for (let ring = 0; ring <= 6; ring += 1) {
      const spokes = ring === 0 ? 1 : 12;
      for (let spoke = 0; spoke < spokes; spoke += 1) {
        const angle = (2 * Math.PI * (spoke + 0.5)) / spokes;
        const [dx, dy] = [ring * 13 * Math.sin(angle), -ring * 13 * Math.cos(angle)];
        if (ring === 0 ? clear(0, 0) : clear(dx, dy)) {
          place = ring === 0 ? place : { dx, dy };
          break search;
        }
      }
    }
    letters.push({ point, ...place });
    boxes.push(boxAround(cx + place.dx, cy + place.dy, 9));
  }
  const aside = letters.filter(({ dx, dy }) => dx !== 0 || dy !== 0);
  const names = named
    .toSorted((a, b) => quality(b) - quality(a))
    .flatMap((point) => {
      const { cx, cy } = at(point);
      const text =
        point.router === 'oracle'
          ? 'oracle (ex post)'
          : point.router === 'random'
            ? 'random'
            : point.label;
      const width = 6.1 * text.length;
      const places = [
        [8, 4, 'start'],
        [-8, 4, 'end'],
        [0, -9, 'middle'],
        [0, 17, 'middle'],
        [7, -8, 'start'],
        [7, 16, 'start'],
        [-7, -8, 'end'],
        [-7, 16, 'end'],
        [0, -22, 'middle'],
        [0, 30, 'middle'],
        [-14, -20, 'end'],
        [14, 26, 'start'],
        [-14, 28, 'end'],
        [14, -20, 'start'],
        [6, 26, 'end'],
        [6, 42, 'end'],
        [6, -34, 'end'],
        [6, -50, 'end'],
      ] as const;
      for (const [dx, dy, anchor] of places) {
        const left = cx + dx - (anchor === 'start' ? 0 : anchor === 'end' ? width : width / 2);
        const box = { left, right: left + width, top: cy + dy - 10, bottom: cy + dy + 3 };
        const outside = box.left < margin.left || box.right > view.width - margin.right;
        if (outside || box.top < 2 || box.bottom > view.height - margin.bottom) continue;
        const free = boxes.every(
          (other) =>
            box.right < other.left ||
            box.left > other.right ||
            box.bottom < other.top ||
            box.top > other.bottom,
        );
        if (!free) continue;
        boxes.push(box);
        return [{ point, text, dx, dy, anchor }];
      }
      return [];
    });
  const label = (anchor: 'start' | 'end' | 'middle') =>
    names
      .filter((name) => name.anchor === anchor)
      .map(({ point, text, dx, dy }) =>
        Plot.text([point], {
          x: cost,
          y: quality,
          text: () => text,
          dx,
          dy,
          textAnchor: anchor,
          lineAnchor: 'bottom',
          fontSize: 11,
          fill: 'currentColor',
          stroke: null,
          className: 'name',
        }),
      );
  const dollars = (value: number): string =>
    value === 0 ? '$0' : `$${value >= 0.01 ? Number(value.toPrecision(3)) : value.toPrecision(1)}`;

  const options: PlotModule.PlotOptions = {
    width: view.width,
    height: view.height,
    marginLeft: margin.left,
    marginRight: margin.right,
    marginTop: margin.top,
    marginBottom: margin.bottom,
    style: { background: 'transparent', fontSize: '11px', fontFamily: 'system-ui, sans-serif' },
    ariaLabel: 'Quality against cost of every policy',
    x: { ...x, label: null },
    y: { ...y, label: null },
    marks: [
      Plot.gridY({ strokeOpacity: 0.12, ticks: 6 }),
      Plot.gridX({
        strokeOpacity: 0.12,
        ticks: log ? [...data.logTicks] : Math.max(3, Math.round(view.width / 130)),
      }),
      Plot.axisY({ ticks: 6, label: 'quality (mean score)', labelArrow: 'up', tickSize: 0 }),
      Plot.axisX({
        ticks: log ? [...data.logTicks] : Math.max(3, Math.round(view.width / 130)),
        tickFormat: data.usd ? dollars : (value: number) => String(Number(value.toPrecision(4))),
        label: `${data.costLabel}${log ? ', logarithmic' : ''}`,
        labelArrow: 'right',
        tickSize: 4,
      }),
      ...(active.length > 1
        ? [
            Plot.areaY(active, {
              x: cost,
              y1: ({ quality: [, low] }: FrontierPoint) => low,
              y2: ({ quality: [, , high] }: FrontierPoint) => high,
              fill: colorOf(active[0] as FrontierPoint),
              fillOpacity: 0.14,
              className: 'band',
            }),
          ]
        : []),
      Plot.lineY(mixture, {
        x: cost,
        y: quality,
        stroke: data.baseline,
        strokeWidth: 1.75,
        strokeDasharray: '5 3',
        className: 'mixture',
      }),
      Plot.lineY(dials, {
        x: cost,
        y: quality,
        z: 'router',
        stroke: colorOf,
        strokeWidth: 1,
        strokeOpacity: view.active === null ? 0.45 : 0.25,
        className: 'dials',
      }),
      Plot.lineY(active, {
        x: cost,
        y: quality,
        stroke: colorOf,
        z: 'router',
        strokeWidth: 1.75,
        className: 'active',
      }),
      Plot.dot(active, { x: cost, y: quality, r: 2, fill: colorOf, className: 'settings' }),
      Plot.ruleX(whiskered, {
        x: cost,
        y1: ({ quality: [, low] }: FrontierPoint) => low,
        y2: ({ quality: [, , high] }: FrontierPoint) => high,
        stroke: colorOf,
        strokeOpacity: faded,
        className: 'whisker',
      }),
      Plot.ruleY(whiskered, {
        y: quality,
        x1: ({ cost: [, low] }: FrontierPoint) => low,
        x2: ({ cost: [, , high] }: FrontierPoint) => high,
        stroke: colorOf,
        strokeOpacity: faded,
        className: 'whisker',
      }),
      Plot.dot(models, { x: cost, y: quality, r: 4, fill: data.baseline, className: 'model' }),
      Plot.dot(oracles, {
        x: cost,
        y: quality,
        r: 5,
        symbol: 'star',
        stroke: data.baseline,
        className: 'oracle',
      }),
      Plot.dot(randoms, {
        x: cost,
        y: quality,
        r: 4,
        symbol: 'times',
        stroke: data.baseline,
        className: 'random',
      }),
      ...aside.flatMap(({ point, dx, dy }) => [
        Plot.dot([point], { x: cost, y: quality, r: 2.5, fill: colorOf, className: 'place' }),
        Plot.vector([point], {
          x: cost,
          y: quality,
          dx,
          dy,
          length: Math.hypot(dx, dy),
          rotate: (180 / Math.PI) * Math.atan2(-dx, dy),
          anchor: 'start',
          shape: {
            draw: (path, length) => {
              path.moveTo(0, 0);
              path.lineTo(0, -length);
            },
          },
          stroke: colorOf,
          strokeWidth: 1,
          className: 'leader',
        }),
      ]),
      ...letters.flatMap(({ point, dx, dy }) => [
        Plot.dot([point], {
          x: cost,
          y: quality,
          dx,
          dy,
          r: 8,
          className: 'letter-ground',
          stroke: colorOf,
          strokeWidth: point.policy === data.candidate ? 3.5 : 1.75,
        }),
        Plot.text([point], {
          x: cost,
          y: quality,
          dx,
          dy,
          text: 'letter',
          fontSize: 10,
          fontWeight: 700,
          fill: 'currentColor',
          className: 'letter',
        }),
      ]),
      ...label('start'),
      ...label('end'),
      ...label('middle'),
    ],
  };
  return { options, letters };
}
