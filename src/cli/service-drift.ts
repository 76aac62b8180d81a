import {
  createDriftMonitor,
  type DriftMonitor,
  type LiveTable,
  type ServiceLedger,
} from '../service/index.js';
import type { ServiceLog } from './service-log.js';

export interface ServiceDriftOptions {
  /** Null where every request must name its model: then there is nothing to expect. */
  readonly table: LiveTable | null;
  /** Share of requests that go elsewhere than the table would. */
  readonly explore: number;
  readonly log: ServiceLog;
  readonly now: () => number;
}

/** Watches over what the routing table expects; each alarm is one line of the log when it begins and when it ends. */
export function openServiceDrift({
  table,
  explore,
  log,
  now,
}: ServiceDriftOptions): DriftMonitor | null {
  if (table === null) return null;
  const { sha256, policy } = table;
  const { expected, provenance } = table.table;
  return createDriftMonitor({
    table: sha256,
    expected,
    prompts: provenance.prompts,
    models: policy.models,
    explore,
    drawsLots: policy.choose === undefined,
    now,
    onAlarm: ({ figure, began, expected, live, n }) =>
      log('warn', began ? 'drift: outside of what the table expects' : 'drift: back within', {
        figure,
        expected,
        live,
        n,
      }),
  });
}

/** The ledger, with the verdicts that it takes shown to the monitor. */
export function watched(
  ledger: ServiceLedger,
  drift: DriftMonitor | null,
): Pick<ServiceLedger, 'feedback' | 'recordFeedback'> {
  return {
    feedback: (filter) => ledger.feedback(filter),
    recordFeedback: async (entry) => {
      const receipt = await ledger.recordFeedback(entry);
      if (receipt.kind === 'recorded') drift?.feedback(entry.feedback);
      return receipt;
    },
  };
}
