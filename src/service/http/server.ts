import type { AddressInfo } from 'node:net';
import { type FastifyInstance, fastify, LogController } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import { UserError } from '../../user-error.js';
import { addActivityRoute } from './activity-route.js';
import { admitRequests } from './admission.js';
import { BodyStock } from './body-stock.js';
import { addCacheRoutes } from './cache-routes.js';
import { addChatRoutes } from './chat-routes.js';
import { createClientErrorHandler, type ExchangesBySocket } from './client-errors.js';
import { addCostRoutes } from './cost-routes.js';
import { addDashboardRoute } from './dashboard-route.js';
import { watchConnections } from './drain-connections.js';
import { addDriftRoute } from './drift-route.js';
import { addEstimateRoute } from './estimate-route.js';
import { Exchange } from './exchange.js';
import { failureOf, onError, sendFailure } from './failures.js';
import { addFeedbackRoute } from './feedback-route.js';
import { addGenerateRoute } from './generate-route.js';
import { readJsonBodies } from './json-body.js';
import { addLearningRoute } from './learning-route.js';
import { addModelRoutes } from './model-routes.js';
import { answerUnknownRoutes } from './not-found.js';
import { describeRoutes } from './open-api.js';
import { operationId } from './operation-id.js';
import { addOperationRoute } from './operation-route.js';
import { createRequestLog } from './request-log.js';
import { compileSchema } from './request-schema.js';
import type { ServerOptions, ServiceServer } from './server-options.js';
import { addStatusRoutes } from './status-routes.js';

/** Longer than a model may take, and than clients keep a connection for later. */
const IDLE_MS = 600_000;
const KEEP_ALIVE_MS = 72_000;
const HEAD_BYTES = 16 * 1024;
const DRAIN_MS = 10_000;
/** For what was cut off to be written down. */
const AFTER_CUT_MS = 2_000;
const ALL_BODIES_BYTES = 256e6;

/**
 * The service over HTTP, listening once this resolves.
 * @throws UserError if the address cannot be listened on
 */
export async function createServer(options: ServerOptions): Promise<ServiceServer> {
  let draining = false;
  const isDraining = (): boolean => draining;
  const exchanges: ExchangesBySocket = new WeakMap();
  const app = await assemble(options, exchanges, isDraining);
  const connections = watchConnections(app.server, exchanges);
  const port = await listen(app, options);
  const { host } = options;

  async function shutDown(): Promise<void> {
    draining = true;
    await connections.drain(options.limits.drainMs ?? DRAIN_MS);
    await app.close();
    await within(AFTER_CUT_MS, options.gateway.drain());
  }

  let closing: Promise<void> | null = null;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    close: () => {
      closing ??= shutDown();
      return closing;
    },
  };
}

/** Waits for something, but not for ever. */
async function within(ms: number, done: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function assemble(
  options: ServerOptions,
  exchanges: ExchangesBySocket,
  isDraining: () => boolean,
): Promise<FastifyInstance> {
  const { limits, log } = options;
  const app: FastifyInstance = fastify({
    logger: log === undefined ? false : { level: log.level, stream: log.destination, base: null },
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: operationId,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMs,
    connectionTimeout: IDLE_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // What comes while the service closes is refused in the caller's format.
    return503OnClosing: false,
    http: {
      requireHostHeader: false,
      maxHeaderSize: HEAD_BYTES,
      requestTimeout: limits.requestMs,
      headersTimeout: limits.requestMs,
      // Late requests are noticed within a quarter of their time.
      connectionsCheckingInterval: Math.min(5000, Math.max(25, Math.ceil(limits.requestMs / 4))),
    },
    routerOptions: { maxParamLength: 256, ignoreTrailingSlash: true },
    clientErrorHandler: createClientErrorHandler(exchanges, ({ status, code }, id) => {
      app.log.info({ operation: id, status, error: code }, 'unreadable request');
    }),
    frameworkErrors: (error, request, reply) => {
      request.exchange = new Exchange(request.id, request.raw, reply.raw, undefined);
      sendFailure(reply, request.exchange, failureOf(error, request));
    },
  });
  // One line a request names its id itself.
  app.setChildLoggerFactory((logger) => logger);
  app.setValidatorCompiler(compileSchema);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(onError);
  const bodies = new BodyStock(
    limits.allBodiesBytes ?? Math.max(ALL_BODIES_BYTES, 2 * limits.bodyBytes),
  );
  readJsonBodies(app, limits, bodies);
  answerUnknownRoutes(app);
  admitRequests(app, {
    ...options,
    requestLog: createRequestLog(app.log, options.metrics),
    exchanges,
    bodies,
    isDraining,
  });
  await describeRoutes(app, options.version);
  const now = options.now ?? Date.now;
  addChatRoutes(app, { gateway: options.gateway, isDraining });
  addModelRoutes(app, options);
  addGenerateRoute(app, options);
  addEstimateRoute(app, options);
  addCostRoutes(app, { ...options, now });
  addActivityRoute(app, { ledger: options.ledger, now });
  addCacheRoutes(app, options);
  addOperationRoute(app, options);
  addFeedbackRoute(app, { ...options, now });
  addLearningRoute(app, options);
  addDriftRoute(app, options);
  addStatusRoutes(app, options);
  addDashboardRoute(app);
  await app.ready();
  return app;
}

async function listen(app: FastifyInstance, { host, port }: ServerOptions): Promise<number> {
  const { level } = app.log;
  // Whoever opened the service tells that it listens.
  app.log.level = 'silent';
  try {
    // `localhost` can stand for two addresses; one server has one.
    await app.listen({ host: host === 'localhost' ? '127.0.0.1' : host, port });
  } catch (error) {
    await app.close();
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'EADDRINUSE' ? 'the port is taken' : message;
    throw new UserError(`Cannot listen on ${host}:${port}: ${reason}`, { cause: error });
  } finally {
    app.log.level = level;
  }
  return (app.server.address() as AddressInfo).port;
}
