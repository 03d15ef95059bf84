import type { RefusalCatalogue } from '#kernel';
import { STATUS_CODES } from 'node:http';
import type { z } from 'zod';
import { statusOf, type RoutedAct } from './act.js';
import { operationId, templated } from './openapi-names.js';
import { ComponentSchemas, type Schema } from './openapi-schemas.js';

/** What a description is made of besides its routes. */
export interface Described {
  readonly issuer: string;
  /** Schemas that stand among the components, by name. */
  readonly schemas: ReadonlyMap<string, z.ZodType>;
  /** What an act may be refused for, whose that catalogue is, and what of it is their own. */
  refusalsOf(action: string): { readonly of: string; readonly catalogue: RefusalCatalogue; readonly own: RefusalCatalogue };
}

/** Bytes that are no message, by what a route says of them; see {@link RoutedAct.media}. */
const bytes = 'application/octet-stream';
const uploaded = 'application/offset+octet-stream';

class Description {
  private readonly schemas: ComponentSchemas;
  private readonly responses = new Map<string, Schema>();

  constructor(private readonly described: Described) {
    this.schemas = new ComponentSchemas(described.schemas);
  }

  document(routes: readonly RoutedAct[]): Schema {
    const paths: Record<string, Schema> = {};
    for (const route of routes.toSorted((a, b) => a.path.localeCompare(b.path) || a.method.localeCompare(b.method))) {
      const path = templated(route.path);
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: this.operation(route) };
    }
    const { issuer } = this.described;
    const responses = Object.fromEntries([...this.responses].sort(([a], [b]) => (a < b ? -1 : 1)));
    return {
      openapi: '3.1.0',
      info: { title: 'opdomain', version: '1', description: 'Control plane of a public-data operation domain 公共数据授权运营域' },
      servers: [{ url: '/', description: 'Where this document was read 本文档所在的服务' }],
      tags: [...new Set(routes.map(tagOf))].sort().map((name) => ({ name })),
      paths,
      components: {
        schemas: { Problem: problemSchema, ...this.schemas.reachedFrom(paths) },
        responses,
        securitySchemes: {
          oidc: { type: 'openIdConnect', openIdConnectUrl: `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration` },
        },
      },
    };
  }

  private operation(route: RoutedAct): Schema {
    const { action, method } = route;
    const body = this.bodyOf(route);
    return {
      operationId: operationId(route),
      tags: [tagOf(route)],
      summary: route.summary.en,
      description: route.summary.zh,
      'x-action': action,
      'x-roles': route.roles,
      'x-scope': route.scope,
      ...(route.streams === undefined ? {} : { 'x-streams': route.streams }),
      ...(route.right === undefined ? {} : { 'x-right': route.right }),
      security: route.roles === 'public' ? [] : [{ oidc: [] }],
      parameters: [
        ...this.parameters(route.params, 'path', action),
        ...this.parameters(route.query, 'query', action),
        ...(method === 'POST' && route.streams === undefined ? [idempotencyKey] : []),
        ...(method === 'PUT' || method === 'PATCH' ? [ifMatch] : []),
      ],
      ...(body === undefined ? {} : { requestBody: { required: true, content: body } }),
      responses: { [String(statusOf(route))]: this.answerOf(route), ...this.refusedOf(action), default: problem },
    };
  }

  private bodyOf({ action, body, method, streams }: RoutedAct): Schema | undefined {
    if (body !== undefined) return { 'application/json': { schema: this.schemas.of(body, 'input', action) } };
    return streams === 'up' && (method === 'POST' || method === 'PATCH') ? { [uploaded]: {} } : undefined;
  }

  private answerOf(route: RoutedAct): Schema {
    if (route.streams === 'down') return { description: 'The bytes', content: { [route.media ?? bytes]: {} } };
    // Of an upload the headers say everything (tus 1.0).
    if (route.streams === 'up') return { description: 'Done' };
    return { description: 'Done', content: { 'application/json': { schema: this.schemas.of(route.response, 'output', route.action) } } };
  }

  private parameters(schema: z.ZodType | undefined, place: 'path' | 'query', owner: string): Schema[] {
    if (schema === undefined) return [];
    const { properties = {}, required = [] } = this.schemas.resolved(this.schemas.of(schema, 'input', `${owner}.${place}`)) as {
      properties?: Record<string, Schema>;
      required?: string[];
    };
    return Object.entries(properties).map(([name, shape]) => ({
      name: name === '*' ? 'path' : name,
      in: place,
      required: place === 'path' || required.includes(name),
      schema: shape,
      ...(typeof shape['description'] === 'string' ? { description: shape['description'] } : {}),
    }));
  }

  /** By status, each once for all acts of a catalogue; what every context or one that is called may refuse as well stands in `x-codes` alone. */
  private refusedOf(action: string): Schema {
    const { of, catalogue, own } = this.described.refusalsOf(action);
    const byStatus = Map.groupBy(Object.entries(catalogue), ([, { status }]) => String(status));
    return Object.fromEntries(
      [...byStatus].map(([status, refusals]) => {
        const name = `${of}.${status}`;
        const codes = refusals.map(([code]) => code).sort();
        const theirs = codes.filter((code) => code in own);
        const said = `${STATUS_CODES[status] ?? status} (RFC 9457)${theirs.length === 0 ? '' : `: ${theirs.join(', ')}`}; all codes: x-codes`;
        this.responses.set(name, { ...problem, description: said, 'x-codes': codes });
        return [status, { $ref: `#/components/responses/${name}` }];
      }),
    );
  }
}

const tagOf = ({ action }: RoutedAct): string => action.split('.')[0] ?? '';

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description: 'Makes a repeat safe: the same key answers with the first result.',
  schema: { type: 'string', minLength: 8, maxLength: 128, pattern: '^[\\x21-\\x7e]+$' },
};
const ifMatch = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'ETag that was read: with another version nothing is changed (412).',
  schema: { type: 'string', pattern: '^(\\*|(W/)?"v\\d+")$' },
};
const problem = {
  description: 'Refused (RFC 9457)',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};
const inBoth = { type: 'object', required: ['zh-CN', 'en'], properties: { 'zh-CN': { type: 'string' }, en: { type: 'string' } } };
const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'rule', 'satisfy'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string' },
    rule: inBoth,
    satisfy: inBoth,
    sources: { type: 'array', items: { type: 'string' } },
    details: { type: 'object' },
    instance: { type: 'string' },
  },
};

/** The OpenAPI 3.1 document of the declared acts; the same schemas validate. */
export const openApi = (routes: readonly RoutedAct[], described: Described): Schema => new Description(described).document(routes);
