import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  closeScripts,
  MODEL,
  post,
  type Scripted,
  serveScript,
  WIRES,
} from './scripted-service.js';

const jsonSchema = z.record(z.string(), z.unknown());
const content = z.record(
  z.string().regex(/^[\w.+-]+\/[\w.+-]+$/),
  z.strictObject({ schema: jsonSchema }),
);
const operation = z.strictObject({
  operationId: z.string().regex(/^[a-z][A-Za-z0-9]*$/),
  summary: z.string().min(1),
  tags: z.array(z.string()).min(1),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
  requestBody: z
    .strictObject({ required: z.boolean(), content, description: z.string().optional() })
    .optional(),
  parameters: z
    .array(
      z
        .strictObject({
          name: z.string(),
          in: z.enum(['query', 'path', 'header']),
          required: z.boolean().optional(),
          description: z.string().optional(),
          schema: jsonSchema,
        })
        .refine((parameter) => parameter.in !== 'path' || parameter.required === true),
    )
    .optional(),
  responses: z.record(
    z.string().regex(/^(?:[1-5]\d\d|[1-5]XX|default)$/),
    z.strictObject({ description: z.string().min(1), content: content.optional() }),
  ),
});
/** The parts of OpenAPI 3.1 that the document uses. */
const openApi = z.strictObject({
  openapi: z.string().regex(/^3\.1\.\d+$/),
  info: z.strictObject({ title: z.string(), version: z.string(), description: z.string() }),
  servers: z.tuple([z.strictObject({ url: z.literal('/') })]),
  components: z.strictObject({
    securitySchemes: z.record(z.string(), z.looseObject({ type: z.enum(['http', 'apiKey']) })),
    schemas: z.record(z.string(), jsonSchema),
  }),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  paths: z.record(
    z.string().startsWith('/'),
    z.partialRecord(z.enum(['get', 'post', 'delete']), operation),
  ),
});
type Document = z.infer<typeof openApi>;

describe('/openapi.json', () => {
  let service: Scripted;
  let document: Document;
  let raw: unknown;

  beforeAll(async () => {
    service = await serveScript();
    raw = await (await fetch(`${service.url}/openapi.json`)).json();
    document = openApi.parse(raw);
  });
  afterAll(closeScripts);

  it('is OpenAPI 3.1, with parameters for the names in its paths', () => {
    for (const [path, operations] of Object.entries(document.paths)) {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const { parameters = [] } of Object.values(operations)) {
        const inPath = parameters.filter((parameter) => parameter.in === 'path');
        expect(inPath.map(({ name }) => name)).toEqual(names);
      }
    }
    expect(JSON.stringify(raw)).not.toContain('"$ref"');
  });

  it('names every operation once', () => {
    const ids = Object.values(document.paths).flatMap((operations) =>
      Object.values(operations).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(document.paths['/v1/models/{model}']?.get?.operationId).toBe('getModelsByModel');
  });

  it('has every route', () => {
    const routes = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    expect(routes.sort()).toEqual([
      'delete /v1/cache/entries/{id}',
      'get /health',
      'get /metrics',
      'get /openapi.json',
      'get /v1/activity',
      'get /v1/cache/entries',
      'get /v1/cache/stats',
      'get /v1/costs/by-model',
      'get /v1/costs/daily',
      'get /v1/costs/report',
      'get /v1/drift',
      'get /v1/learning',
      'get /v1/models',
      'get /v1/models/{model}',
      'get /v1/operations',
      'post /v1/chat/completions',
      'post /v1/estimate',
      'post /v1/feedback',
      'post /v1/generate',
      'post /v1/messages',
    ]);
  });

  it('holds only schemas that can be read', () => {
    for (const operations of Object.values(document.paths)) {
      for (const { requestBody, parameters = [], responses } of Object.values(operations)) {
        const contents = [requestBody?.content ?? {}];
        contents.push(...Object.values(responses).map((response) => response.content ?? {}));
        const schemas = contents.flatMap((one) => Object.values(one).map(({ schema }) => schema));
        for (const schema of [...schemas, ...parameters.map((parameter) => parameter.schema)]) {
          expect(() => z.fromJSONSchema(schema)).not.toThrow();
        }
      }
    }
  });

  it('describes what the routes answer', async () => {
    service.cache.set('a'.repeat(64), 'local', {
      answer: { id: '1', model: MODEL, created: 1, parts: [], finishReason: 'stop', usage: null },
      model: MODEL,
      cost: 1,
    });
    const asked: [string, string, unknown?][] = [
      ['get', '/health'],
      ['get', '/v1/models'],
      ['get', '/v1/models/{model}'],
      ['get', '/v1/costs/daily'],
      ['get', '/v1/costs/by-model'],
      ['get', '/v1/costs/report'],
      ['get', '/v1/cache/stats'],
      ['get', '/v1/cache/entries'],
      ['get', '/v1/operations'],
      ['delete', '/v1/cache/entries/{id}'],
      ['post', '/v1/generate', { prompt: 'Hi' }],
      ['post', '/v1/estimate', { prompt: 'Hi', model: MODEL }],
      ['post', '/v1/chat/completions', WIRES[0].body('Hi')],
    ];
    for (const [method, path, body] of asked) {
      const url = service.url + path.replace('{model}', MODEL).replace('{id}', 'a'.repeat(64));
      const response = body === undefined ? await fetch(url, { method }) : await post(url, body);
      expect(response.status, path).toBe(200);
      const answer: unknown = await response.json();
      expect(answerSchema(method, path, '200').safeParse(answer).error, path).toBeUndefined();
    }
    const refused = await (await fetch(`${service.url}/v1/costs/daily?days=0`)).json();
    answerSchema('get', '/v1/costs/daily', '4XX').parse(refused);
  });

  function answerSchema(method: string, path: string, status: string): z.ZodType {
    const operations = document.paths[path] as Record<string, z.infer<typeof operation>>;
    const schema = operations[method]?.responses[status]?.content?.['application/json']?.schema;
    return z.fromJSONSchema(schema!);
  }
});
