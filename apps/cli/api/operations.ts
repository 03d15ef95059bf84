import { z } from 'zod';

/** What the command line needs of an OpenAPI 3.1 document; everything else in it is passed over. */
const parameter = z.object({
  name: z.string(),
  in: z.string(),
  required: z.boolean().default(false),
  description: z.string().optional(),
  schema: z.record(z.string(), z.unknown()).default({}),
});
const content = z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()).optional() }));
const operationSchema = z.object({
  operationId: z.string(),
  summary: z.string().default(''),
  description: z.string().default(''),
  'x-roles': z.union([z.string(), z.array(z.string())]).default([]),
  parameters: z.array(parameter).default([]),
  requestBody: z.object({ content }).optional(),
  responses: z.record(z.string(), z.object({ content: content.optional() })).default({}),
});
const methods = ['get', 'head', 'post', 'put', 'patch', 'delete'] as const;
export const apiDescription = z.object({
  openapi: z.string().startsWith('3.'),
  paths: z.record(z.string(), z.partialRecord(z.enum(methods), operationSchema)),
  components: z
    .object({ securitySchemes: z.object({ oidc: z.object({ openIdConnectUrl: z.string() }).optional() }).optional() })
    .optional(),
});
export type ApiDescription = z.output<typeof apiDescription>;

export interface Field {
  readonly name: string;
  /** `--unit-id` for `unitId`. */
  readonly option: string;
  readonly required: boolean;
  readonly description: string;
  readonly kind: 'string' | 'number' | 'boolean' | 'json';
  readonly choices: readonly string[];
}

/** One act of the API, as a command. */
export interface Operation {
  /** The act's name; no two routes share one. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly summary: { readonly zh: string; readonly en: string };
  readonly roles: readonly string[];
  readonly pathFields: readonly Field[];
  readonly queryFields: readonly Field[];
  readonly bodyFields: readonly Field[];
  readonly hasBody: boolean;
  /** The answer is bytes, not JSON. */
  readonly streams: boolean;
  /** The answer is `{ items, next }`. */
  readonly pages: boolean;
}

const optionName = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replaceAll(/[^\w-]/g, '');

/** Every act of the description, by name. */
export function operationsOf({ paths }: ApiDescription): Operation[] {
  return Object.entries(paths)
    .flatMap(([path, byMethod]) => Object.entries(byMethod).map(([method, spec]) => ({ path, method: method.toUpperCase(), spec })))
    .map(({ path, method, spec }) => {
      const body = spec.requestBody?.content['application/json']?.schema;
      const answer = Object.entries(spec.responses).find(([status]) => status.startsWith('2'))?.[1].content ?? {};
      return {
        name: spec.operationId,
        method,
        path,
        summary: { zh: spec.description, en: spec.summary },
        roles: [spec['x-roles']].flat(),
        pathFields: spec.parameters.filter((one) => one.in === 'path').map(fieldOf),
        queryFields: spec.parameters.filter((one) => one.in === 'query').map(fieldOf),
        bodyFields: body === undefined ? [] : fieldsOfObject(body),
        hasBody: body !== undefined,
        streams: 'application/octet-stream' in answer,
        pages: isPage(answer['application/json']?.schema),
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const fieldOf = ({ name, required, description, schema }: z.output<typeof parameter>): Field => ({
  name,
  option: optionName(name),
  required,
  description: description ?? textOf(schema.description),
  ...shapeOf(schema),
});

function fieldsOfObject(schema: Readonly<Record<string, unknown>>): Field[] {
  const properties = schema.properties as Record<string, Record<string, unknown>> | undefined;
  const required = Array.isArray(schema.required) ? (schema.required as string[]) : [];
  return Object.entries(properties ?? {}).map(([name, shape]) =>
    fieldOf({ name, in: 'body', required: required.includes(name), description: undefined, schema: shape }),
  );
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Scalars are given as they are, everything else as JSON. `null` beside a scalar does not change how the scalar is written. */
function shapeOf(schema: Readonly<Record<string, unknown>>): Pick<Field, 'kind' | 'choices'> {
  const variants = [schema.anyOf ?? schema.oneOf ?? schema].flat() as Record<string, unknown>[];
  const real = variants.filter(({ type }) => type !== 'null');
  const [only] = real;
  if (only === undefined || real.length > 1) return { kind: 'json', choices: [] };
  const choices = Array.isArray(only.enum) ? only.enum.filter((choice): choice is string => typeof choice === 'string') : [];
  if (only.type === 'string' || choices.length > 0) return { kind: 'string', choices };
  if (only.type === 'integer' || only.type === 'number') return { kind: 'number', choices };
  return { kind: only.type === 'boolean' ? 'boolean' : 'json', choices };
}

function isPage(schema: Readonly<Record<string, unknown>> | undefined): boolean {
  const properties = schema?.properties as Record<string, unknown> | undefined;
  return properties !== undefined && 'items' in properties && 'next' in properties;
}
