import type { FastifyInstance } from 'fastify';
import { sendFailure } from './failures.js';

export const UNKNOWN_ENDPOINT = {
  status: 404,
  message: 'There is no such endpoint; /openapi.json lists those that there are.',
  code: 'unknown_endpoint',
  retryAfterMs: null,
} as const;

/** Answers paths that nobody has (404) and methods that a path does not take (405). Call it before routes are added. */
export function answerUnknownRoutes(app: FastifyInstance): void {
  const methodsOf = new Map<string, { readonly path: RegExp; readonly methods: Set<string> }>();

  app.addHook('onRoute', ({ url, method }) => {
    let route = methodsOf.get(url);
    if (route === undefined) {
      route = { path: pathPattern(url), methods: new Set() };
      methodsOf.set(url, route);
    }
    for (const one of [method].flat()) route.methods.add(one);
  });

  app.setNotFoundHandler((request, reply) => {
    const { exchange } = request;
    const allowed = new Set<string>();
    for (const { path, methods } of methodsOf.values()) {
      if (path.test(exchange.path)) for (const method of methods) allowed.add(method);
    }
    if (allowed.size === 0) {
      sendFailure(reply, exchange, UNKNOWN_ENDPOINT);
      return;
    }
    const allow = [...allowed].sort().join(', ');
    reply.header('allow', allow);
    sendFailure(reply, exchange, {
      status: 405,
      message: `This endpoint takes ${allow} only.`,
      code: 'method_not_allowed',
      retryAfterMs: null,
    });
  });
}

/** Of `/fixed/:parameter/*`. */
function pathPattern(url: string): RegExp {
  const pattern = url
    .replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/:\w+/g, '[^/]+')
    .replaceAll('*', '.+');
  return new RegExp(`^${pattern}$`);
}
