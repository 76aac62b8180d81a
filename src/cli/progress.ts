import { type NanoUsd, toUsd } from '../costs/index.js';
import type { ProgressEvent, ProgressListener } from '../experiments/index.js';
import type { CallEvent } from '../models/index.js';
import type { Io } from './io.js';

/** A plain line at most this often where stderr is no terminal. */
const PLAIN_EVERY_MS = 5_000;
const REDRAW_EVERY_MS = 100;

export interface ProgressOptions {
  readonly quiet: boolean;
  readonly budget: NanoUsd | null;
  /** Simulated cost is shown as such, never as money spent. */
  readonly simulated: boolean;
  /** Spent by earlier executions of the same run. */
  readonly spentBefore: NanoUsd;
}

export interface Progress {
  readonly onProgress: ProgressListener;
  /** Says a line of its own without tearing the one that is redrawn. */
  readonly note: (text: string) => void;
}

/** Shows an execution on stderr: one line redrawn in a terminal, plain lines elsewhere, nothing if quiet. */
export function showProgress(io: Io, options: ProgressOptions): Progress {
  if (options.quiet) return { onProgress: () => {}, note: (text) => io.err(`${text}\n`) };
  const started = io.now().getTime();
  let drawn = started;
  let todo = 0;
  const seen = { done: 0, failed: 0, unscored: 0, cost: options.spentBefore };
  let width = 0;
  let underWay = '';

  const line = (): string => {
    const seconds = (io.now().getTime() - started) / 1000;
    const ended = seen.done + seen.failed;
    const rate = seconds > 0 ? ended / seconds : 0;
    // How long a provider takes over a batch says nothing of what is left.
    const speed = underWay === '' ? `, ${rate.toFixed(rate < 10 ? 1 : 0)}/s` : '';
    const isForeseen = underWay === '' && rate > 0 && ended < todo;
    const eta = isForeseen ? `, about ${duration((todo - ended) / rate)} left` : '';
    const cap = options.budget === null ? '' : ` of ${usd(options.budget)}`;
    const spend = `${usd(seen.cost)}${cap}${options.simulated ? ' simulated' : ''}`;
    const errors = seen.failed > 0 ? `, ${seen.failed} failed` : '';
    const unscored = seen.unscored > 0 ? `, ${seen.unscored} unscored` : '';
    return `${ended}/${todo} cells${speed}, ${spend}${errors}${unscored}${eta}${underWay}`;
  };
  const draw = (final: boolean): void => {
    const time = io.now().getTime();
    if (!final && time - drawn < (io.errIsTerminal ? REDRAW_EVERY_MS : PLAIN_EVERY_MS)) return;
    drawn = time;
    if (io.errIsTerminal) {
      const text = line().slice(0, io.columns - 1);
      io.err(`\r${text.padEnd(width)}${final ? '\n' : ''}`);
      width = text.length;
    } else {
      io.err(`${line()}\n`);
    }
  };
  const say = (text: string): void => {
    io.err(io.errIsTerminal ? `${width > 0 ? '\r' : ''}${text.padEnd(width)}\n` : `${text}\n`);
    width = 0;
  };

  const onProgress = (event: ProgressEvent): void => {
    if (event.kind === 'begun') {
      todo = event.planned - event.resumed - event.reused;
      const known = [
        event.resumed > 0 ? `${event.resumed} done before` : '',
        event.reused > 0 ? `${event.reused} reused` : '',
      ].filter(Boolean);
      say(
        `${event.planned} cells${known.length > 0 ? `: ${known.join(', ')}, ${todo} to go` : ''}`,
      );
    } else if (event.kind === 'cell') {
      seen[event.outcome]++;
      seen.cost += event.cost;
      draw(false);
    } else if (event.kind === 'judged') {
      seen.cost += event.cost;
      if (event.unscored) seen.unscored++;
      draw(false);
    } else if (event.kind === 'batches') {
      const before = underWay;
      underWay = waitingFor(event);
      if (underWay !== before) draw(false);
    } else if (event.kind === 'stopping') {
      say(
        event.reason === 'budget'
          ? 'The budget is reached: finishing what is under way.'
          : 'Interrupted: finishing what is under way (again to abort it).',
      );
    } else if (todo > 0) {
      draw(true);
    }
  };
  return { onProgress, note: say };
}

/** Calls in words, for `--log-level debug`. */
export function logCalls(note: (text: string) => void): (event: CallEvent) => void {
  return (event) => {
    note(
      event.kind === 'retry'
        ? `debug: ${event.model}: attempt ${event.attempt} failed (${event.error}); again in ${Math.round(event.waitMs)} ms`
        : `debug: ${event.rateLimitKey}: slowed down to ${event.concurrency} at once`,
    );
  };
}

function waitingFor(event: Extract<ProgressEvent, { kind: 'batches' }>): string {
  const { underWay, answered, items } = event;
  if (underWay === 0) return '';
  const batches = underWay === 1 ? 'a batch' : `${underWay} batches`;
  return `; waiting for ${batches}, ${answered} of ${items} answered there`;
}

function usd(amount: NanoUsd): string {
  const dollars = toUsd(amount);
  return `$${dollars.toFixed(dollars < 1 ? 4 : 2)}`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
