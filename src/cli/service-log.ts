import type { GatewayEvent, LearningEvent } from '../service/index.js';
import { UserError } from '../user-error.js';

/** As the request log numbers them. */
const LEVELS = { error: 50, warn: 40, info: 30, debug: 20 } as const;
export type ServiceLogLevel = keyof typeof LEVELS;

/** Writes one JSON object a line, in the form of the request log. */
export type ServiceLog = (
  level: ServiceLogLevel,
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

/** @param least what is less than this is left out */
export function createServiceLog(
  least: ServiceLogLevel,
  write: (line: string) => void,
  now: () => number,
): ServiceLog {
  return (level, message, fields = {}) => {
    if (LEVELS[level] < LEVELS[least]) return;
    write(`${JSON.stringify({ level: LEVELS[level], time: now(), ...fields, msg: message })}\n`);
  };
}

/** What happens inside the gateway, as far as the log of requests does not tell it. */
export function logGatewayEvent(log: ServiceLog, event: GatewayEvent): void {
  switch (event.kind) {
    case 'attempt_failed': {
      const { operation, model, error, next } = event;
      log('warn', 'attempt failed', { operation, model, error, next });
      return;
    }
    case 'passed_over':
      log('debug', 'model passed over', { operation: event.operation, model: event.model });
      return;
    case 'ledger_failed':
      log('error', 'ledger failed', { operation: event.operation, ...errorFields(event.error) });
      return;
    case 'unexpected':
      log('error', 'fault of the program', {
        operation: event.operation,
        ...errorFields(event.error),
      });
      return;
    case 'looked_for_similar':
      if (event.embedded) return;
      log('debug', 'not looked up by similarity', { operation: event.operation, ms: event.ms });
      return;
    case 'done':
      return;
  }
}

/** What happens while the service learns. */
export function logLearningEvent(log: ServiceLog, event: LearningEvent): void {
  switch (event.kind) {
    case 'unscored':
      log('warn', 'answer not judged', { operation: event.operation, reason: event.reason });
      return;
    case 'state_ignored':
      log('warn', 'what was learned before is not taken up', { reason: event.reason });
      return;
    case 'lost':
      log('warn', 'feedback came for requests that are not known any more', {
        feedback: event.feedback,
      });
      return;
    case 'failed':
      log('error', 'learning failed', { what: event.what, ...errorFields(event.error) });
      return;
  }
}

/**
 * What a user can mend says how itself. Of a fault of the program only its place is told, as its
 * message may quote what a caller wrote.
 */
export function errorFields(error: unknown): Readonly<Record<string, unknown>> {
  if (error instanceof UserError) return { error: error.message };
  if (!(error instanceof Error)) return { error: typeof error };
  const places = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { error: error.name, places: places.map((line) => line.trim()) };
}
