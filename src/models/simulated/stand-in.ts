import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ModelPricing } from '../../costs/index.js';
import { UserError } from '../../user-error.js';
import { chatFormats, openaiChat } from '../../wire/index.js';
import type { AnswerKey } from './answer-key.js';
import type { StandInBatchOptions } from './batches/batch-options.js';
import { serveBatches } from './batches/serve-batches.js';
import { createFaultDrawer, type FaultChances } from './faults.js';
import { SIMULATED_MODELS } from './profiles.js';
import { readBody } from './read-body.js';
import { AccountBook, type StandInAccount } from './stand-in-account.js';
import { understandCall } from './stand-in-call.js';
import { EMBEDDINGS_PATH, serveEmbeddings } from './stand-in-embeddings.js';
import { Exchange, sendJson } from './stand-in-exchange.js';

export interface StandInOptions {
  /** 0 (the default) takes a free port. */
  readonly port?: number;
  readonly host?: string;
  readonly answerKey: AnswerKey;
  readonly seed: number;
  /** How long every answer takes; 0 by default. */
  readonly latencyMs?: number;
  /** A pause between the pieces of a streamed answer; 0 by default. */
  readonly streamDelayMs?: number;
  readonly faults?: FaultChances;
  /** Prices to bill by, by model id (`simulated/small` or `small`), in place of the family's own. */
  readonly prices?: Readonly<Record<string, ModelPricing>>;
  readonly batch?: StandInBatchOptions;
}

export interface StandIn {
  /** `http://host:port`, without a path. */
  readonly url: string;
  readonly port: number;
  account(): StandInAccount;
  /** Stops listening and cuts every connection. */
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 16 * 1024 * 1024;

/**
 * Serves the simulated family over HTTP in both wire formats, streamed and not, so that the
 * official SDKs can be pointed at it, and keeps its own account of every request and its bill.
 * Nothing it says is evidence of any real model.
 *
 * `POST /v1/chat/completions`, `POST /v1/messages`, `POST /v1/embeddings` (the model
 * `simulated/embedding`), `GET /v1/models`, `GET /account`, and both makers' batch APIs
 * (`/v1/files`, `/v1/batches`, `/v1/messages/batches`), whose items are answered as single requests are
 * and billed at the batch price. A model goes by `simulated/small` or
 * `small`. Keys are ignored, but for the key `bad`, which gets 401. Every request counts as a first
 * trial; another `seed` in the body samples anew. A request with tools is answered with a call of one,
 * and the tool's result with a text that holds it. Faults are drawn in order of arrival from the seed;
 * 429 and 500 are not billed, hangs and truncated bodies are, though the client never sees their count.
 * @throws UserError if the address cannot be listened on or a fault's chance is none
 */
export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const book = new AccountBook();
  const host = options.host ?? '127.0.0.1';
  const server = createServer(createListener(options, book));
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'the port is taken' : error.message;
      reject(
        new UserError(`Cannot listen on ${host}:${options.port ?? 0}: ${reason}`, { cause: error }),
      );
    });
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    account: () => book.snapshot(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function createListener(options: StandInOptions, book: AccountBook): RequestListener {
  const drawFault = createFaultDrawer(options.faults ?? {}, options.seed);
  const servedAsBatch = serveBatches(options, book, isRefused);
  let arrivals = 0;

  return (request, response) => {
    if (servedAsBatch(request, response)) return;
    const path = request.url?.split('?', 1)[0];
    const format = chatFormats.find((candidate) => candidate.path === path);
    if (request.method === 'POST' && format !== undefined) {
      const exchange = new Exchange(format, `req_${++arrivals}`, response, book);
      readBody(request, MAX_BODY_BYTES, (body) => serve(request, exchange, body));
    } else if (request.method === 'POST' && path === EMBEDDINGS_PATH) {
      readBody(request, MAX_BODY_BYTES, (body) =>
        serveEmbeddings(body?.toString('utf8') ?? null, response, book, options),
      );
    } else if (request.method === 'GET' && path === '/account') {
      sendJson(response, 200, book.snapshot());
    } else if (request.method === 'GET' && path === '/v1/models') {
      sendJson(response, 200, MODEL_LIST);
    } else {
      const message = `No such endpoint: ${request.method} ${path}`;
      sendJson(response, 404, openaiChat.errorBody({ status: 404, message, code: 'unknown_url' }));
    }
  };

  function serve(request: IncomingMessage, exchange: Exchange, body: Buffer | null): void {
    if (isRefused(request)) {
      exchange.fail(401, 'This simulated provider refuses the key "bad".', 'invalid_api_key');
      return;
    }
    if (body === null) {
      exchange.fail(413, `The body is larger than ${MAX_BODY_BYTES} bytes.`);
      return;
    }
    let understood: ReturnType<typeof understandCall>;
    try {
      understood = understandCall(exchange.format, JSON.parse(body.toString('utf8')), options);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      exchange.fail(400, error.message);
      return;
    }
    if ('failure' in understood) {
      const { status, message, code } = understood.failure;
      exchange.fail(status, message, code);
      return;
    }
    exchange.answer(understood.call, drawFault(), {
      latencyMs: options.latencyMs ?? 0,
      streamDelayMs: options.streamDelayMs ?? 0,
    });
  }
}

function isRefused({ headers }: IncomingMessage): boolean {
  return headers.authorization === 'Bearer bad' || headers['x-api-key'] === 'bad';
}

/** One list that both SDKs read as theirs. */
const MODEL_LIST = {
  object: 'list',
  data: SIMULATED_MODELS.map((id) => ({
    id,
    object: 'model',
    type: 'model',
    display_name: id,
    created: 1_767_225_600,
    created_at: '2026-01-01T00:00:00Z',
    owned_by: 'simulated',
  })),
  has_more: false,
  first_id: SIMULATED_MODELS[0],
  last_id: SIMULATED_MODELS.at(-1),
};
