import type { FastifyInstance } from 'fastify';
import { dashboardPage } from '../dashboard/dashboard-page.js';
import { sendFailure } from './failures.js';
import { UNKNOWN_ENDPOINT } from './not-found.js';

/**
 * The dashboard at `/`, for browsers. It needs no key, as it holds nothing: its script asks the
 * service's own endpoints, with the key that the reader gives it. Clients of the API, which do not
 * accept HTML, find no endpoint there.
 */
export function addDashboardRoute(app: FastifyInstance): void {
  const { html, policy } = dashboardPage();
  const headers = {
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
    vary: 'accept',
  };
  app.get(
    '/',
    { config: { open: true }, schema: { hide: true } },
    ({ headers: { accept }, exchange }, reply) => {
      if (!acceptsHtml(accept)) {
        reply.header('vary', 'accept');
        sendFailure(reply, exchange, UNKNOWN_ENDPOINT);
        return;
      }
      reply.headers(headers).type('text/html; charset=utf-8').send(html);
    },
  );
}

/** Whether HTML is asked for by name: clients that take anything want data. */
function acceptsHtml(accept: string | undefined): boolean {
  return (accept ?? '').split(',').some((one) => {
    const [type = '', ...parameters] = one.split(';').map((part) => part.trim().toLowerCase());
    return type === 'text/html' && !parameters.some((part) => /^q=0(\.0*)?$/.test(part));
  });
}
