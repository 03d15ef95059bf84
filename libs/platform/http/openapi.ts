import { z } from 'zod';
import { statusOf, type ActSpec } from './act.js';

type Schema = Record<string, unknown>;
const jsonSchema = (schema: z.ZodType, io: 'input' | 'output'): Schema =>
  z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-2020-12' });

function parameters(schema: z.ZodType | undefined, place: 'path' | 'query'): Schema[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as { properties?: Record<string, Schema>; required?: string[] };
  return Object.entries(properties).map(([name, shape]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: shape,
    ...(typeof shape['description'] === 'string' ? { description: shape['description'] } : {}),
  }));
}

const header = (name: string, required: boolean, description: string): Schema => ({
  name,
  in: 'header',
  required,
  description,
  schema: { type: 'string' },
});
const problem = {
  description: 'Refused (RFC 9457)',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

function operation(spec: ActSpec): Schema {
  return {
    operationId: spec.action,
    tags: [spec.action.split('.')[0]],
    summary: spec.summary.en,
    description: spec.summary.zh,
    'x-roles': spec.roles,
    'x-scope': spec.scope,
    ...(spec.right === undefined ? {} : { 'x-right': spec.right }),
    security: spec.roles === 'public' ? [] : [{ oidc: [] }],
    parameters: [
      ...parameters(spec.params, 'path'),
      ...parameters(spec.query, 'query'),
      ...(spec.method === 'POST'
        ? [header('Idempotency-Key', true, 'Makes a repeat safe: the same key answers with the first result.')]
        : []),
      ...(spec.method === 'PUT' || spec.method === 'PATCH' ? [header('If-Match', false, 'ETag that was read.')] : []),
    ],
    ...(spec.body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(spec.body, 'input') } } } }),
    responses: {
      [String(statusOf(spec))]:
        spec.streams !== undefined
          ? { description: 'The bytes', content: { 'application/octet-stream': {} } }
          : { description: 'Done', content: { 'application/json': { schema: jsonSchema(spec.response, 'output') } } },
      default: problem,
    },
  };
}

const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'rule', 'satisfy'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string' },
    rule: { type: 'object', properties: { 'zh-CN': { type: 'string' }, en: { type: 'string' } } },
    satisfy: { type: 'object', properties: { 'zh-CN': { type: 'string' }, en: { type: 'string' } } },
    sources: { type: 'array', items: { type: 'string' } },
    details: { type: 'object' },
    instance: { type: 'string' },
  },
};

/** The OpenAPI 3.1 document of the declared acts; the same schemas validate. */
export function openApi(acts: readonly ActSpec[], issuer: string): Schema {
  const paths: Record<string, Schema> = {};
  for (const spec of [...acts].sort((a, b) => a.path.localeCompare(b.path))) {
    const path = `/api/v1${spec.path.replace(/:(\w+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [spec.method.toLowerCase()]: operation(spec) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'opdomain', version: '1', description: 'Control plane of a public-data operation domain 公共数据授权运营域' },
    paths,
    components: {
      schemas: { Problem: problemSchema },
      securitySchemes: {
        oidc: { type: 'openIdConnect', openIdConnectUrl: `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration` },
      },
    },
  };
}
