import { adoptedRequest } from './anthropic/adopted-request.js';
import { answerBody, NAME, parseAnswer } from './anthropic/answer.js';
import { errorBody } from './anthropic/error-body.js';
import { parseRequest } from './anthropic/parse-request.js';
import { requestBody } from './anthropic/request-body.js';
import { createStreamReader } from './anthropic/stream-reader.js';
import { createStreamWriter } from './anthropic/stream-writer.js';
import type { ChatFormat } from './chat-format.js';
import { eventFrame } from './server-sent-events.js';

/**
 * The messages format.
 * @see https://docs.anthropic.com/en/api/messages
 */
export const anthropicMessages: ChatFormat = {
  name: NAME,
  path: '/v1/messages',
  requestIdHeader: 'request-id',
  parseRequest,
  requestBody: (request, from) =>
    requestBody(from === NAME ? request : adoptedRequest(request, from)),
  parseAnswer,
  answerBody,
  createStreamReader,
  createStreamWriter,
  errorBody,
  errorFrame: (failure) => eventFrame(errorBody(failure), 'error'),
};
