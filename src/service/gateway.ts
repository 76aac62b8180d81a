import { createRng } from '../statistics/index.js';
import { UserError } from '../user-error.js';
import { answerRequest } from './answer-request.js';
import { fallbackChains } from './fallback-chains.js';
import type { GatewayOptions } from './gateway-options.js';
import { GuardedLedger } from './guarded-ledger.js';
import { exploredTable } from './learning/explored-table.js';
import { ModelHealth } from './model-health.js';
import type { Gateway } from './pipeline.js';
import { createModelResolver } from './resolve-model.js';
import type { Stages } from './stages.js';
import { tableModels } from './table-models.js';

/**
 * The service without HTTP.
 * @throws UserError where an alias, a fallback or the routing table names what is not served, or where
 * the table's policy cannot explore and should
 */
export function createGateway(options: GatewayOptions): Gateway {
  checkSignals(options);
  const resolver = createModelResolver({ ...options, routed: options.table !== null });
  const models = tableModels(options);
  const { exploration } = options;
  const table =
    options.table === null || exploration === undefined
      ? options.table
      : exploredTable(options.table, models, exploration);
  const chains = fallbackChains({ ...options, candidates: [...models.values()] });
  const ledger = new GuardedLedger(options.ledger, options.clock);
  const random = createRng(options.seed, 'waits');
  const stages: Stages = {
    ...options,
    table,
    ledger,
    resolver,
    health: new ModelHealth(),
    tableModels: models,
    chains,
    random,
  };
  let underWay = 0;
  let idle: (() => void)[] = [];
  const leave = (): void => {
    underWay--;
    if (underWay > 0) return;
    for (const resolve of idle) resolve();
    idle = [];
  };
  return {
    models: resolver.names,
    get accepting() {
      return ledger.accepting;
    },
    handle(request) {
      underWay++;
      return answerRequest(request, stages, leave);
    },
    drain: () =>
      underWay === 0 ? Promise.resolve() : new Promise<void>((resolve) => idle.push(resolve)),
  };
}

function checkSignals({ table, signals }: GatewayOptions): void {
  if (table === null) return;
  const { name } = table.table;
  const { needs } = table.policy;
  const lacking = needs.signals?.find((id) => !signals.has(id));
  if (lacking !== undefined) {
    throw new UserError(
      `The routing table "${name}" decides by the signal "${lacking}", which is not obtained here`,
    );
  }
}
