import {
  OpenAPIRegistry,
  OpenApiGeneratorV31,
  type ResponseConfig,
  type RouteConfig,
} from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { ProblemDocument, StreamEvent } from '../contract.ts';
import { type ProblemCode, problems } from '../problems.ts';
import type { Operation } from './description/operation.ts';
import { operations } from './operations.ts';

/** Any request with a token can be answered these. */
const ALWAYS: readonly ProblemCode[] = [
  'UNAUTHENTICATED',
  'INVALID_TOKEN',
  'TOKEN_EXPIRED',
  'NOT_ACCEPTABLE',
  'RATE_LIMITED',
  'STORE_UNAVAILABLE',
  'READ_MODEL_UNAVAILABLE',
  'INTERNAL_ERROR',
];
const WITH_BODY: readonly ProblemCode[] = ['BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'];

const header = (text: string) => z.string().optional().describe(text);

const requestHeaders = {
  idempotency: {
    'Idempotency-Key': header('Names this wish: a repeat within 24 hours is the same wish.'),
  },
  'if-match': { 'If-Match': header('The ETag that was seen; 412 when there is a newer one.') },
  'if-none-match': { 'If-None-Match': header('304 when this is still the version.') },
  wait: { Prefer: header('wait=5: answer when settled, at the latest after 5 seconds.') },
  token: { 'X-Consistency-Token': header('Of an earlier write: the answer shows it.') },
  'last-event-id': { 'Last-Event-ID': header('Goes on behind this event; also ?lastEventId=.') },
} as const;

const headersOf = ({ takes = [] }: Operation): z.ZodObject | undefined =>
  takes.length === 0
    ? undefined
    : z.object(Object.assign({}, ...takes.map((name) => requestHeaders[name])) as z.ZodRawShape);

const answerOf = ({ text, schema, stream }: Operation['answers'][number]): ResponseConfig => ({
  description: text,
  ...(schema && {
    content: stream
      ? {
          'text/event-stream': {
            schema: { type: 'string', description: 'data: StreamEvent as JSON' },
          },
        }
      : { 'application/json': { schema } },
  }),
});

const problemsOf = (codes: readonly ProblemCode[]): Record<string, ResponseConfig> => {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const { status } = problems[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      String(status),
      {
        description: list.map((code) => `${code}: ${problems[code].title}.`).join(' '),
        content: { 'application/problem+json': { schema: ProblemDocument } },
      },
    ]),
  );
};

const routeOf = (operation: Operation): RouteConfig => {
  const { method, path, tag, summary, params, query, body, open } = operation;
  const headers = headersOf(operation);
  const codes = [...operation.problems, ...(open ? [] : ALWAYS), ...(body ? WITH_BODY : [])];
  return {
    method,
    path,
    tags: [tag],
    summary,
    ...(open ? {} : { security: [{ token: [] }] }),
    request: {
      ...(params && {
        params: z.object(Object.fromEntries(params.map((name) => [name, z.string()]))),
      }),
      ...(query && { query }),
      ...(headers && { headers }),
      ...(body && { body: { required: true, content: { 'application/json': { schema: body } } } }),
    },
    responses: {
      ...problemsOf(codes),
      ...Object.fromEntries(
        Object.entries(operation.answers).map(([status, answer]) => [status, answerOf(answer)]),
      ),
    },
  };
};

/** The API described in OpenAPI 3.1, made from the schemas that requests are checked with. */
export const openApiDocument = (): object => {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  });
  for (const operation of operations) registry.registerPath(routeOf(operation));
  return new OpenApiGeneratorV31([
    ...registry.definitions,
    { type: 'schema', schema: StreamEvent },
  ]).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'order-service',
      version: '1.0.0',
      description:
        'Carts, orders and their payment. Amounts are whole won, times ISO 8601 UTC. Errors are problem documents (RFC 9457) with a stable code; all codes are listed under /problems.',
    },
    servers: [{ url: '/' }],
  });
};
