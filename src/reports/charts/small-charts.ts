import * as Plot from '@observablehq/plot';
import type { Estimate } from '../../evaluation/index.js';
import { draw } from './draw.js';
import { PALETTE } from './palette.js';

export interface IntervalRow {
  readonly label: string;
  readonly estimate: Estimate;
  readonly color: string;
  /** What was said beforehand, drawn as an open diamond. */
  readonly forecast?: number;
}

type Write = (value: number) => string;

const STYLE = { background: 'transparent', fontSize: '11px', fontFamily: 'system-ui, sans-serif' };
const LONGEST = 30;

/** Dots with their whiskers, one row each, from the top; rows without a mean are left out. */
export function intervalChart(
  rows: readonly IntervalRow[],
  options: {
    readonly name: string;
    readonly width: number;
    readonly write: Write;
    /** What the intervals are held against. */
    readonly mark?: number;
    /** Without names of rows. */
    readonly bare?: boolean;
  },
): string | null {
  const known = rows.flatMap(({ label, estimate, color, forecast }, index) =>
    estimate.mean === null
      ? []
      : [
          {
            // Unique, as a band holds all rows of one name.
            key: String(index),
            label: clipped(label),
            color,
            mean: estimate.mean,
            forecast,
            low: estimate.low ?? estimate.mean,
            high: estimate.high ?? estimate.mean,
          },
        ],
  );
  if (known.length === 0) return null;
  const labels = new Map(known.map(({ key, label }) => [key, label]));
  const longest = Math.max(...known.map(({ label }) => label.length));
  const mark = options.mark === undefined ? [] : [options.mark];
  const forecasts = known.filter(({ forecast }) => forecast !== undefined);
  const reach = [
    ...known.flatMap(({ low, high, forecast = low }) => [low, high, forecast]),
    ...mark,
  ];
  const spare = 0.06 * (Math.max(...reach) - Math.min(...reach)) || 0.01;
  return draw({
    width: options.width,
    height: 30 + 20 * known.length,
    marginLeft: options.bare === true ? 12 : 14 + 6.2 * longest,
    marginRight: 20,
    marginTop: 4,
    marginBottom: 26,
    style: STYLE,
    ariaLabel: options.name,
    x: { domain: [Math.min(...reach) - spare, Math.max(...reach) + spare], label: null },
    y: { type: 'band', domain: known.map(({ key }) => key), axis: null },
    marks: [
      Plot.gridX({ ticks: 4, strokeOpacity: 0.12 }),
      Plot.axisX({ ticks: 4, tickFormat: options.write, tickSize: 0, label: null }),
      ...(options.bare === true
        ? []
        : [
            Plot.axisY({
              tickSize: 0,
              tickFormat: (key: string) => labels.get(key) ?? '',
              label: null,
            }),
          ]),
      Plot.ruleX(mark, { strokeDasharray: '4 3', strokeOpacity: 0.7 }),
      Plot.ruleY(known, { y: 'key', x1: 'low', x2: 'high', stroke: 'color', strokeWidth: 2 }),
      Plot.dot(known, { y: 'key', x: 'mean', r: 4, fill: 'color' }),
      Plot.dot(forecasts, {
        y: 'key',
        x: 'forecast',
        r: 6,
        symbol: 'diamond',
        stroke: 'currentColor',
        strokeWidth: 1.5,
      }),
    ],
    color: { type: 'identity' },
  });
}

/** Forecasts against what came out: on the diagonal where they can be taken at their word. */
export function reliabilityChart(
  bins: readonly {
    readonly forecast: number;
    readonly realised: Estimate;
    readonly count: number;
  }[],
  name: string,
  color: string,
): string {
  const known = bins.flatMap(({ forecast, realised: { mean, low, high } }) =>
    mean === null ? [] : [{ forecast, mean, low: low ?? mean, high: high ?? mean }],
  );
  return draw({
    width: 210,
    height: 200,
    marginLeft: 34,
    marginRight: 8,
    marginTop: 8,
    marginBottom: 34,
    style: STYLE,
    ariaLabel: name,
    x: { domain: [0, 1], label: null },
    y: { domain: [0, 1], label: null },
    marks: [
      Plot.gridX({ ticks: 4, strokeOpacity: 0.12 }),
      Plot.gridY({ ticks: 4, strokeOpacity: 0.12 }),
      Plot.axisX({
        ticks: 4,
        tickSize: 0,
        label: 'forecast',
        labelAnchor: 'center',
        labelArrow: 'none',
      }),
      Plot.axisY({ ticks: 4, tickSize: 0, label: null }),
      Plot.line(
        [
          [0, 0],
          [1, 1],
        ],
        { strokeDasharray: '4 3', strokeOpacity: 0.6 },
      ),
      Plot.ruleX(known, { x: 'forecast', y1: 'low', y2: 'high', stroke: color }),
      Plot.dot(known, { x: 'forecast', y: 'mean', r: 3, fill: color }),
    ],
  });
}

export interface Curve {
  readonly label: string;
  readonly color: string;
  readonly points: readonly { readonly x: number; readonly y: Estimate }[];
}

/** Lines over a count, with their bands where intervals are known, named at their ends. */
export function curveChart(
  curves: readonly Curve[],
  options: {
    readonly name: string;
    readonly x: string;
    readonly y: string;
    readonly zero: boolean;
  },
): string {
  const rows = curves.flatMap(({ label, color, points }) =>
    points.flatMap(({ x, y: { mean, low, high } }) =>
      mean === null
        ? []
        : [{ x, mean, low: low ?? mean, high: high ?? mean, color, label: clipped(label) }],
    ),
  );
  const longest = Math.max(0, ...rows.map(({ label }) => label.length));
  const reach = rows.flatMap(({ low, high }) => [low, high]);
  const ends = spreadOut(
    curves.flatMap(({ label }) => rows.findLast((row) => row.label === clipped(label)) ?? []),
    reach,
  );
  return draw({
    width: 640,
    height: 280,
    marginLeft: 56,
    marginRight: 24 + 6.2 * longest,
    marginTop: 24,
    marginBottom: 40,
    style: STYLE,
    ariaLabel: options.name,
    x: { label: null, domain: [0, Math.max(...rows.map(({ x }) => x))] },
    y: { label: null, nice: true },
    color: { type: 'identity' },
    marks: [
      Plot.gridY({ ticks: 5, strokeOpacity: 0.12 }),
      Plot.axisX({ ticks: 6, tickSize: 4, label: options.x, labelArrow: 'right' }),
      Plot.axisY({ ticks: 5, tickSize: 0, label: options.y, labelArrow: 'up' }),
      ...(options.zero ? [Plot.ruleY([0], { strokeOpacity: 0.6, strokeDasharray: '4 3' })] : []),
      Plot.areaY(rows, {
        x: 'x',
        y1: 'low',
        y2: 'high',
        z: 'label',
        fill: 'color',
        fillOpacity: 0.15,
      }),
      Plot.lineY(rows, { x: 'x', y: 'mean', z: 'label', stroke: 'color', strokeWidth: 1.75 }),
      Plot.text(ends, {
        x: 'x',
        y: 'at',
        text: 'label',
        dx: 6,
        textAnchor: 'start',
        fill: 'currentColor',
        stroke: null,
      }),
    ],
  });
}

/** Names at the ends of lines, moved apart until none lies on another. */
function spreadOut<Row extends { readonly mean: number }>(
  ends: readonly Row[],
  reach: readonly number[],
): readonly (Row & { readonly at: number })[] {
  const least = (Math.max(...reach) - Math.min(...reach)) * 0.062;
  let last = Number.NEGATIVE_INFINITY;
  return ends
    .toSorted((a, b) => a.mean - b.mean)
    .map((row) => {
      last = Math.max(row.mean, last + least);
      return { ...row, at: last };
    });
}

/** Green where a check holds, red where not: told apart by lightness and by words beside it too. */
export const HOLDS = PALETTE.online;
export const FAILS = PALETTE.cascade;

const clipped = (text: string): string =>
  text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
