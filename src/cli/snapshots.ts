import type { ServiceConfig, ServiceLedger } from '../service/index.js';
import { errorFields, type ServiceLog } from './service-log.js';

/**
 * Writes snapshots of a ledger on a schedule, one at a time. One that fails is logged, and tried
 * again when the next is due.
 * @returns ends the schedule with a last snapshot
 */
export function scheduleSnapshots(
  ledger: Pick<ServiceLedger, 'snapshot'>,
  { folder, everyMinutes }: NonNullable<ServiceConfig['snapshots']>,
  log: ServiceLog,
): () => Promise<void> {
  let underWay: Promise<void> | null = null;
  const write = async (): Promise<void> => {
    try {
      const files = await ledger.snapshot(folder);
      log('info', 'snapshot written', { files });
    } catch (error) {
      log('error', 'snapshot failed', { folder, ...errorFields(error) });
    }
  };
  const timer = setInterval(() => {
    underWay ??= write().finally(() => {
      underWay = null;
    });
  }, everyMinutes * 60_000);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await underWay;
    await write();
  };
}
