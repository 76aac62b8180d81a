import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import type { ServiceConfig, ServiceLedger } from '../service/index.js';
import { UserError } from '../user-error.js';
import { errorFields, type ServiceLog } from './service-log.js';

/**
 * Makes the folder now, as the first snapshot is due long after anybody looks.
 * @throws UserError where nothing can be written into it
 */
export async function checkSnapshotFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new UserError(
      `snapshots.folder is "${folder}", which cannot be written to (${code}): name another folder in the configuration, or let this user write there.`,
      { cause },
    );
  }
}

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
