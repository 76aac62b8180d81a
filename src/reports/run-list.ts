import type { Run } from '../outcomes/index.js';
import { textTable } from './text-table.js';

export function runListText(runs: readonly Run[]): string {
  if (runs.length === 0) return 'No runs yet.\n';
  const rows = runs.map((run) => [
    run.name,
    run.id,
    run.simulated ? `${run.kind} (simulated)` : run.kind,
    run.status.replaceAll('_', ' '),
    String(run.models.length),
    run.startedAt.slice(0, 19).replace('T', ' '),
  ]);
  const head = ['name', 'id', 'kind', 'status', 'models', 'started (UTC)'];
  return `${textTable(head, rows, ['left', 'left', 'left', 'left', 'right', 'left'])}\n`;
}

export function runListJson(runs: readonly Run[]): Record<string, unknown> {
  return {
    runs: runs.map((run) => ({
      run: run.id,
      name: run.name,
      kind: run.kind,
      status: run.status,
      simulated: run.simulated,
      models: run.models,
      started_at: run.startedAt,
      ended_at: run.endedAt,
    })),
  };
}
