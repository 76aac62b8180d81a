import type { FastifyBaseLogger } from 'fastify';
import { toUsd } from '../../costs/index.js';
import type { Exchange } from './exchange.js';
import type { ServiceMetrics } from './metrics.js';

const LONGEST_PATH = 200;

/** Sees every request begin and end. */
export interface RequestLog {
  begin(exchange: Exchange): void;
  end(exchange: Exchange): void;
}

/** Counts each request, and logs one line of it: who, what, how long and how dear, nothing of what was said. */
export function createRequestLog(log: FastifyBaseLogger, metrics: ServiceMetrics): RequestLog {
  return {
    begin: (exchange) => metrics.begin(exchange),
    end(exchange) {
      const { response, operation, head } = exchange;
      const ms = performance.now() - exchange.startedAt;
      metrics.end(exchange, ms);
      const status = exchange.statusSent;
      const level = status >= 500 ? 'warn' : 'info';
      log[level](
        {
          operation: exchange.id,
          method: exchange.method,
          path: exchange.path.slice(0, LONGEST_PATH),
          status,
          ms: Math.round(ms * 1000) / 1000,
          tenant: exchange.tenant?.id ?? null,
          model: operation?.model ?? head?.model ?? null,
          cause: operation?.cause ?? head?.cause ?? null,
          cache: operation?.cache ?? head?.cache ?? null,
          policy: (operation?.routing ?? head?.routing)?.policy ?? null,
          simulated: simulatedOf(exchange),
          cost_usd: operation === null || operation.cost === null ? null : toUsd(operation.cost),
          ...(operation?.error == null ? {} : { error: operation.error }),
          ...(response.writableFinished ? {} : { left: true }),
        },
        'request',
      );
    },
  };
}

/** Null where no model answered. */
function simulatedOf({ operation, head }: Exchange): boolean | null {
  if (operation == null || operation.model === null) return head?.simulated ?? null;
  return operation.origin === 'simulated';
}
