import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';

/** Has the schemas of all routes gathered into one OpenAPI document. Call it before routes are added. */
export async function describeRoutes(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Switchyard',
        version,
        description:
          'An LLM endpoint that caches, routes by a routing table, meters every dollar, and reports. Money is in US dollars, times are in milliseconds unless they say otherwise; null means unknown.',
      },
      servers: [{ url: '/' }],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          key: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        },
      },
      security: [{ bearer: [] }, { key: [] }],
    },
    transform: (document) => {
      const { schema, url } = jsonSchemaTransform(document);
      const operationId = operationIdOf(String(document.route.method), url);
      return { schema: { operationId, ...schema }, url };
    },
  });
}

/** What generated clients call it: `get /v1/models/:model` is `getModelsByModel`. */
function operationIdOf(method: string, url: string): string {
  const words = url
    .replace(/^\/v1\//, '/')
    .replaceAll('/:', '/by-')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '');
  const rest = words.map((word) => word[0]!.toUpperCase() + word.slice(1));
  return method.toLowerCase() + rest.join('');
}
