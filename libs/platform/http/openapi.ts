import { z } from 'zod';
import { statusOf, type ActSpec } from './act.js';

type Schema = Record<string, unknown>;
type Shared = Record<string, Schema>;

/** Every `$ref` below a value, pointed elsewhere. */
function repointed(value: unknown, to: (ref: string) => string): unknown {
  if (Array.isArray(value)) return value.map((member: unknown) => repointed(member, to));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === '$ref' && typeof member === 'string' ? to(member) : repointed(member, to),
    ]),
  );
}

/**
 * A schema as the document holds it. What it shares with others within itself stands among the document's components, by a name of
 * `owner`: a reference resolves against the whole document, not against the schema that it came from.
 */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output', owner: string, shared: Shared): Schema {
  const {
    $defs = {},
    $schema: _,
    ...whole
  } = z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-2020-12' }) as Schema & {
    $defs?: Record<string, Schema>;
  };
  const nameOf = (part: string): string => `${owner}.${io}${part === '' ? '' : `.${part}`}`;
  const to = (ref: string): string => `#/components/schemas/${nameOf(ref.replace(/^#(\/\$defs\/)?/, ''))}`;
  for (const [part, inner] of Object.entries($defs)) shared[nameOf(part)] = repointed(inner, to) as Schema;
  const pointed = repointed(whole, to) as Schema;
  if (!JSON.stringify([pointed, $defs]).includes(`"${to('#')}"`)) return pointed;
  shared[nameOf('')] = pointed;
  return { $ref: to('#') };
}

function parameters(schema: z.ZodType | undefined, place: 'path' | 'query', owner: string, shared: Shared): Schema[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, 'input', `${owner}.${place}`, shared) as {
    properties?: Record<string, Schema>;
    required?: string[];
  };
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

function operation(spec: ActSpec, shared: Shared): Schema {
  const { action } = spec;
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
      ...parameters(spec.params, 'path', action, shared),
      ...parameters(spec.query, 'query', action, shared),
      ...(spec.method === 'POST'
        ? [header('Idempotency-Key', true, 'Makes a repeat safe: the same key answers with the first result.')]
        : []),
      ...(spec.method === 'PUT' || spec.method === 'PATCH' ? [header('If-Match', false, 'ETag that was read.')] : []),
    ],
    ...(spec.body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(spec.body, 'input', action, shared) } } } }),
    responses: {
      [String(statusOf(spec))]:
        spec.streams !== undefined
          ? { description: 'The bytes', content: { 'application/octet-stream': {} } }
          : { description: 'Done', content: { 'application/json': { schema: jsonSchema(spec.response, 'output', action, shared) } } },
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
  const shared: Shared = {};
  for (const spec of [...acts].sort((a, b) => a.path.localeCompare(b.path))) {
    const path = `/api/v1${spec.path.replace(/:(\w+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [spec.method.toLowerCase()]: operation(spec, shared) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'opdomain', version: '1', description: 'Control plane of a public-data operation domain 公共数据授权运营域' },
    paths,
    components: {
      schemas: { Problem: problemSchema, ...shared },
      securitySchemes: {
        oidc: { type: 'openIdConnect', openIdConnectUrl: `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration` },
      },
    },
  };
}
