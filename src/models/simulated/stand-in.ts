import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ModelPricing, priceUsage } from '../../costs/index.js';
import { UserError } from '../../user-error.js';
import {
  type ChatRequest,
  chatFormats,
  openaiChat,
  textMessages,
  WireRequestError,
} from '../../wire/index.js';
import { type AnswerKey, promptHash } from './answer-key.js';
import { createFaultDrawer, type FaultChances } from './faults.js';
import { findProfile, SIMULATED_MODELS } from './profiles.js';
import { AccountBook, type StandInAccount } from './stand-in-account.js';
import { checkServable, standInAnswer } from './stand-in-answer.js';
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
 * `simulated/embedding`), `GET /v1/models`, `GET /account`. A model goes by `simulated/small` or
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
  let arrivals = 0;

  return (request, response) => {
    const path = request.url?.split('?', 1)[0];
    const format = chatFormats.find((candidate) => candidate.path === path);
    if (request.method === 'POST' && format !== undefined) {
      const exchange = new Exchange(format, `req_${++arrivals}`, response, book);
      readBody(request, (body) => serve(request, exchange, body));
    } else if (request.method === 'POST' && path === EMBEDDINGS_PATH) {
      readBody(request, (body) => serveEmbeddings(body, response, book, options));
    } else if (request.method === 'GET' && path === '/account') {
      sendJson(response, 200, book.snapshot());
    } else if (request.method === 'GET' && path === '/v1/models') {
      sendJson(response, 200, MODEL_LIST);
    } else {
      const message = `No such endpoint: ${request.method} ${path}`;
      sendJson(response, 404, openaiChat.errorBody({ status: 404, message, code: 'unknown_url' }));
    }
  };

  function serve(request: IncomingMessage, exchange: Exchange, body: string | null): void {
    if (request.headers.authorization === 'Bearer bad' || request.headers['x-api-key'] === 'bad') {
      exchange.fail(401, 'This simulated provider refuses the key "bad".', 'invalid_api_key');
      return;
    }
    if (body === null) {
      exchange.fail(413, `The body is larger than ${MAX_BODY_BYTES} bytes.`);
      return;
    }
    let chat: ChatRequest;
    try {
      chat = exchange.format.parseRequest(JSON.parse(body));
      checkServable(chat);
    } catch (error) {
      if (!(error instanceof WireRequestError || error instanceof SyntaxError)) throw error;
      exchange.fail(400, error.message);
      return;
    }
    const profile = findProfile(chat.model);
    if (profile === undefined) {
      exchange.fail(404, `The model "${chat.model}" does not exist.`, 'model_not_found');
      return;
    }
    const prompt = promptHash(textMessages(chat.messages));
    const answer = standInAnswer(profile, chat, prompt, options);
    const pricing = options.prices?.[chat.model] ?? options.prices?.[profile.id] ?? profile.pricing;
    const bill = { usage: answer.usage, cost: priceUsage(answer.usage, pricing) };
    exchange.answer({ chat, model: profile.id, prompt, answer, bill }, drawFault(), {
      latencyMs: options.latencyMs ?? 0,
      streamDelayMs: options.streamDelayMs ?? 0,
    });
  }
}

/** Hands over the whole body, or null where it is too large; nothing if the client leaves first. */
function readBody(request: IncomingMessage, use: (body: string | null) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  });
  request.on('end', () => {
    use(bytes <= MAX_BODY_BYTES ? Buffer.concat(chunks).toString('utf8') : null);
  });
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
