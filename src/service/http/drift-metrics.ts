import { Gauge, type Registry } from 'prom-client';
import type { DriftFigure, DriftReport } from '../drift/drift-monitor.js';

/** Gauges of what the drift monitor reports, read when they are asked for. */
export function addDriftMetrics(registry: Registry, report: () => DriftReport): void {
  const figures = (): readonly (readonly [figure: string, model: string, DriftFigure])[] => {
    const { quality, cost, shares } = report();
    return [
      ['quality', 'all', quality],
      ['cost_usd_per_1k', 'all', cost],
      ...Object.entries(shares).map(([model, share]) => ['share', model, share] as const),
    ];
  };
  const labelNames = ['figure', 'model'] as const;
  const registers = [registry];
  new Gauge({
    name: 'switchyard_drift_outside',
    help: '1 where live traffic lies wholly outside of what the routing table expects, else 0.',
    labelNames,
    registers,
    collect() {
      for (const [figure, model, { status }] of figures()) {
        this.set({ figure, model }, status === 'outside' ? 1 : 0);
      }
    },
  });
  new Gauge({
    name: 'switchyard_drift_live',
    help: 'What live traffic gives on average; absent before anything was seen.',
    labelNames,
    registers,
    collect() {
      for (const [figure, model, { live }] of figures()) {
        if (live !== null) this.set({ figure, model }, live.mean);
      }
    },
  });
}
