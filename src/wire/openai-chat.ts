import { withoutForeign } from './across-formats.js';
import type { ChatRequest } from './chat.js';
import type { ChatFormat } from './chat-format.js';
import { answerBody, NAME, parseAnswer } from './openai/answer.js';
import { errorBody } from './openai/error-body.js';
import { parseRequest } from './openai/parse-request.js';
import { requestBody } from './openai/request-body.js';
import { createStreamReader } from './openai/stream-reader.js';
import { createStreamWriter } from './openai/stream-writer.js';
import { strictWhereClosed } from './openai/strict-schema.js';
import { eventFrame } from './server-sent-events.js';

/**
 * The chat-completions format.
 * @see https://platform.openai.com/docs/api-reference/chat
 */
export const openaiChat: ChatFormat = {
  name: NAME,
  path: '/v1/chat/completions',
  requestIdHeader: 'x-request-id',
  parseRequest,
  requestBody: (request, from) => requestBody(from === NAME ? request : adopted(request, from)),
  parseAnswer,
  answerBody,
  createStreamReader,
  createStreamWriter,
  errorBody,
  errorFrame: (failure) => eventFrame(errorBody(failure)),
};

function adopted(request: ChatRequest, from: string): ChatRequest {
  const plain = withoutForeign(request, from);
  const { responseSchema } = plain;
  return responseSchema === null
    ? plain
    : { ...plain, responseSchema: strictWhereClosed(responseSchema) };
}
