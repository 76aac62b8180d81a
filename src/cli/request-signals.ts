import { Budget, toUsd } from '../costs/index.js';
import { type Features, LOCAL_MODEL, type RoutingRequest, signalId } from '../features/index.js';
import { type RoutingTable, signalsOfTable } from '../tables/index.js';
import { UserError } from '../user-error.js';
import type { Io } from './io.js';
import { openSignalSource } from './signals.js';

export interface RequestSignalOptions {
  readonly envFile: string[] | undefined;
  readonly allowCalls: boolean;
}

/**
 * Obtains what a table's policy needs to know of one request.
 * @throws UserError where that takes a call and none was allowed, or it fails
 */
export async function requestSignals(
  table: RoutingTable,
  request: RoutingRequest,
  { envFile, allowCalls }: RequestSignalOptions,
  io: Io,
): Promise<{ readonly signals: NonNullable<Features['signals']>; readonly costUsd: number }> {
  const specs = signalsOfTable(table);
  const called = specs.find(({ model }) => model !== LOCAL_MODEL);
  if (called !== undefined && !allowCalls) {
    throw new UserError(
      `The routing table "${table.name}" decides by "${signalId(called)}", which takes a call to ${called.model}: allow it with --allow-calls`,
    );
  }
  const signals: Record<string, NonNullable<Features['signals']>[string]> = {};
  let cost = 0;
  for (const spec of specs) {
    const gate = new Budget(null);
    const context = { envFile, gate, runId: 'route', prompts: [], onAbandoned: () => {} };
    const source = await openSignalSource(spec, context, io);
    const read = await source.read([request], new AbortController().signal);
    if ('failure' in read) {
      throw new UserError(`The signal "${source.id}" cannot be obtained: ${read.failure}`, {
        exitCode: 1,
      });
    }
    signals[source.id] = read.signals[0]!;
    cost += gate.spent;
  }
  return { signals, costUsd: toUsd(cost) };
}
