import type { Comparison, Tradeoff } from '../../evaluation/index.js';
import { costLabel, isLogAxis, linearTicks, logTicks } from '../cost-axis.js';
import { dollars } from '../numbers.js';
import { type Family, familyOf, letterOf } from '../router-families.js';
import { costOf, isLookup, operatingPoints } from '../shown-tradeoffs.js';
import type { Paint } from '../style.js';
import { BrailleCanvas } from './braille.js';

const ROWS = 14;
const WIDEST = 110;
/** Of the labels beside the vertical axis. */
const MARGIN = 7;

interface Mark {
  readonly x: number;
  readonly y: number;
  readonly glyph: string;
  readonly paint: (text: string) => string;
  /** Written beside it where there is room. */
  readonly label: string | null;
}

/**
 * Cost across, quality up: models, the line of their mixtures, the oracle, the lookup by domain, and
 * each router where its chosen setting lands, by letter. Nothing where costs are unknown.
 */
export function frontierPlot(
  comparison: Comparison,
  names: (model: string) => string,
  colors: Paint,
  columns: number,
): readonly string[] {
  const points = operatingPoints(comparison);
  const letters = new Map(
    points.filter((row) => !isLookup(row)).map((row, index) => [row.policy, letterOf(index)]),
  );
  const marks = marksOf(comparison, points, letters, names, colors);
  if (marks.length < 2) return [];
  const costs = marks.map(({ x }) => x);
  const log = isLogAxis(costs);
  const width = Math.min(columns, WIDEST) - MARGIN - 1;
  const along = scale(costs, log, 0.03);
  const up = scale(
    marks.map(({ y }) => y),
    false,
    0.04,
  );
  const place = ({ x, y }: { readonly x: number; readonly y: number }) => ({
    column: along.at(x) * (width - 1) + 0.5,
    row: (1 - up.at(y)) * (ROWS - 1) + 0.5,
  });

  const grid = drawn(comparison, marks, place, width, colors);
  const heights = new Map(
    linearTicks(up.low, up.high, 4).map((tick) => [Math.floor(place({ x: 1, y: tick }).row), tick]),
  );
  const digits = up.high - up.low < 0.08 ? 3 : 2;
  const lines = grid.map((cells, row) => {
    const tick = heights.get(row);
    const label = tick === undefined ? '' : tick.toFixed(digits);
    return `${colors.dim(`${label.padStart(MARGIN - 2)} ${tick === undefined ? '│' : '┤'}`)}${cells.join('').trimEnd()}`;
  });
  const write = comparison.costBasis === 'usd' ? shortDollars : (value: number) => String(value);
  const ticks = log ? logTicks(along.low, along.high) : linearTicks(along.low, along.high, 6);
  const axis = axisOf(
    ticks.map((tick) => ({ column: Math.floor(place({ x: tick, y: 0 }).column), tick })),
    write,
    width,
  );
  const blank = ' '.repeat(MARGIN - 1);
  return [
    `${colors.bold('quality against cost')} ${colors.dim(`(${costLabel(comparison)}, ${log ? 'log' : 'linear'} scale)`)}`,
    ...lines,
    colors.dim(`${blank}└${axis.rule}`),
    colors.dim(`${blank} ${axis.labels}`),
    ...legend(comparison, points, letters, colors, columns),
    '',
  ];
}

function marksOf(
  { tradeoffs, costBasis }: Comparison,
  points: readonly Tradeoff[],
  letters: ReadonlyMap<string, string>,
  names: (model: string) => string,
  colors: Paint,
): readonly Mark[] {
  if (costBasis === 'none') return [];
  const mark = (
    row: Tradeoff,
    glyph: string,
    paint: Mark['paint'],
    label: string | null = null,
  ) => {
    const x = costOf(row);
    const y = row.quality.mean;
    return x === null || y === null ? [] : [{ x, y, glyph, paint, label }];
  };
  const of = (router: string): readonly Tradeoff[] =>
    tradeoffs.filter((row) => row.router === router);
  // Routers last, as later marks give way to earlier ones and models are where their price says.
  return [
    ...of('always')
      .toSorted((a, b) => (b.quality.mean ?? 0) - (a.quality.mean ?? 0))
      .flatMap((row) => mark(row, '●', (text) => text, names(row.dial))),
    ...of('oracle').flatMap((row) => mark(row, '†', colors.dim, 'oracle')),
    ...of('random').flatMap((row) => mark(row, '×', colors.dim, 'random')),
    ...points
      .filter(isLookup)
      .flatMap((row) => mark(row, lookupGlyph(row), familyPaint(colors).lookup, row.router)),
    ...points.flatMap((row) => {
      const letter = letters.get(row.policy);
      return letter === undefined
        ? []
        : mark(row, letter, familyPaint(colors)[familyOf(row.router)]);
    }),
  ];
}

const lookupGlyph = ({ router }: Tradeoff): string => (router === 'per-domain' ? '◆' : '◇');

/** A family keeps its colour wherever the terminal shows it. */
export function familyPaint(colors: Paint): Readonly<Record<Family, (text: string) => string>> {
  return {
    lookup: colors.magenta,
    heuristic: colors.white,
    learned: colors.cyan,
    cascade: colors.yellow,
    online: colors.green,
    other: colors.blue,
  };
}

function scale(values: readonly number[], log: boolean, pad: number) {
  const bend = log ? Math.log : (value: number) => value;
  const unbend = log ? Math.exp : (value: number) => value;
  const least = bend(Math.min(...values));
  const most = bend(Math.max(...values));
  const spare = pad * (most - least) || 0.5;
  const [from, to] = [least - spare, most + spare];
  return {
    low: unbend(from),
    high: unbend(to),
    /** From 0 at the low end to 1 at the high one. */
    at: (value: number): number => (bend(value) - from) / (to - from),
  };
}

type Place = (point: { readonly x: number; readonly y: number }) => {
  readonly column: number;
  readonly row: number;
};

function drawn(
  { tradeoffs }: Comparison,
  marks: readonly Mark[],
  place: Place,
  width: number,
  colors: Paint,
): readonly string[][] {
  const canvas = new BrailleCanvas(width, ROWS);
  const mixture = tradeoffs
    .filter(({ router }) => router === 'mixture')
    .flatMap((row) => {
      const [x, y] = [costOf(row), row.quality.mean];
      return x === null || y === null ? [] : [{ x, y }];
    })
    .toSorted((a, b) => a.x - b.x)
    .map(place);
  mixture.forEach((to, index) => {
    const from = mixture[index - 1];
    if (from !== undefined) canvas.line(from.column, from.row, to.column, to.row);
  });
  const grid = Array.from({ length: ROWS }, (_, row) =>
    Array.from({ length: width }, (_, column) => {
      const character = canvas.at(column, row);
      return character === ' ' ? ' ' : colors.dim(character);
    }),
  );
  const taken = new Set<string>();
  const free = (column: number, row: number): boolean =>
    grid[row]?.[column] !== undefined && !taken.has(`${column},${row}`);
  const put = (column: number, row: number, text: string, paint: Mark['paint']): void => {
    [...text].forEach((character, index) => {
      const line = grid[row];
      if (line?.[column + index] === undefined) return;
      line[column + index] = paint(character);
      taken.add(`${column + index},${row}`);
    });
  };
  const placed = marks.map((mark) => {
    const exact = place(mark);
    const [column, row] = [Math.floor(exact.column), Math.floor(exact.row)];
    const size = mark.glyph.length;
    const fits = ([right, down]: readonly [number, number]): boolean =>
      Array.from({ length: size }, (_, index) => free(column + right + index, row + down)).every(
        Boolean,
      );
    const [right, down] = NEARBY.find(fits) ?? [0, 0];
    put(column + right, row + down, mark.glyph, mark.paint);
    return { ...mark, column: column + right, row: row + down };
  });
  for (const { label, paint, column, row } of placed) {
    if (label === null) continue;
    const text = label;
    const room = (start: number, line: number): boolean =>
      start >= 0 &&
      start + text.length <= width &&
      Array.from({ length: text.length + 2 }, (_, index) => start - 1 + index).every(
        (at) => at === column || at < 0 || at >= width || free(at, line),
      );
    const middle = Math.max(0, Math.min(column - Math.floor(text.length / 2), width - text.length));
    const starts: readonly (readonly [number, number])[] = [
      [column + 2, row],
      [column - 1 - text.length, row],
      [middle, row - 1],
      [middle, row + 1],
      [column + 1, row - 1],
      [column + 1, row + 1],
    ];
    const start = starts.find(([at, line]) => line >= 0 && line < ROWS && room(at, line));
    if (start !== undefined)
      put(start[0], start[1], text, paint === colors.dim ? paint : colors.dim);
  }
  return grid;
}

/** Where a mark goes whose place is taken, nearest first: at most two columns or one row off. */
const NEARBY: readonly (readonly [number, number])[] = [
  [0, 0],
  [1, 0],
  [-1, 0],
  [0, -1],
  [0, 1],
  [2, 0],
  [-2, 0],
  [1, -1],
  [-1, -1],
  [1, 1],
  [-1, 1],
  [2, -1],
  [-2, 1],
];

function axisOf(
  ticks: readonly { readonly column: number; readonly tick: number }[],
  write: (value: number) => string,
  width: number,
): { readonly rule: string; readonly labels: string } {
  const rule = Array.from({ length: width }, () => '─');
  let labels = '';
  for (const { column, tick } of ticks) {
    const text = write(tick);
    const start = Math.min(column - Math.floor(text.length / 2), width - text.length);
    if (start < 0 || (labels !== '' && start < labels.length + 2)) continue;
    rule[column] = '┬';
    labels = `${labels.padEnd(start)}${text}`;
  }
  return { rule: rule.join(''), labels };
}

/** `$0.5` rather than `$0.5000`: a tick is a round number. */
export function shortDollars(value: number): string {
  if (value === 0) return '$0';
  return value >= 0.01 ? `$${Number(value.toPrecision(3))}` : dollars(value);
}

function legend(
  comparison: Comparison,
  points: readonly Tradeoff[],
  letters: ReadonlyMap<string, string>,
  colors: Paint,
  columns: number,
): readonly string[] {
  const has = (router: string): boolean =>
    comparison.tradeoffs.some((row) => row.router === router);
  const fixed = [
    '● a model',
    ...(has('mixture') ? ['⠤⠤ mixture of models'] : []),
    ...(has('oracle') ? ['† oracle (ex post, includes luck)'] : []),
    ...points.filter(isLookup).map((row) => `${lookupGlyph(row)} ${row.policy}`),
  ];
  const paints = familyPaint(colors);
  const entries = points.flatMap((row) => {
    const letter = letters.get(row.policy);
    return letter === undefined
      ? []
      : [
          {
            plain: `${letter} ${row.policy}`,
            painted: `${paints[familyOf(row.router)](letter)} ${row.policy}`,
          },
        ];
  });
  const baselines = fixed.map((plain) => ({ plain, painted: colors.dim(plain) }));
  return [...inLines(baselines, columns), ...inLines(entries, columns)];
}

/** As many to a line as fit, each whole. */
function inLines(
  entries: readonly { readonly plain: string; readonly painted: string }[],
  columns: number,
): readonly string[] {
  const lines: { width: number; text: string }[] = [];
  for (const { plain, painted } of entries) {
    const line = lines.at(-1);
    if (line === undefined || line.width + 2 + plain.length > columns) {
      lines.push({ width: 2 + plain.length, text: `  ${painted}` });
    } else {
      line.width += 2 + plain.length;
      line.text += `  ${painted}`;
    }
  }
  return lines.map(({ text }) => text);
}
