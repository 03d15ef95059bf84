import { z } from 'zod';
import { commandName, type CommandName } from './command-names.js';

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
  'x-action': z.string(),
  summary: z.string().default(''),
  description: z.string().default(''),
  'x-streams': z.enum(['down', 'up']).optional(),
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
    .object({
      schemas: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
      securitySchemes: z.object({ oidc: z.object({ openIdConnectUrl: z.string() }).optional() }).optional(),
    })
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
  /** The act's name in the audit log; no two routes share one. */
  readonly name: string;
  readonly command: CommandName;
  readonly method: string;
  readonly path: string;
  readonly summary: { readonly zh: string; readonly en: string };
  readonly roles: readonly string[];
  readonly pathFields: readonly Field[];
  readonly queryFields: readonly Field[];
  readonly bodyFields: readonly Field[];
  readonly hasBody: boolean;
  /** What its body must be, as JSON Schema. */
  readonly bodySchema: Schema | undefined;
  /** Name of the view that it answers with, where that has one. */
  readonly answers: string | undefined;
  /** The answer is bytes, not JSON. */
  readonly streams: boolean;
  /** The answer is `{ items, next }`. */
  readonly pages: boolean;
}

const optionName = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replaceAll(/[^\w-]/g, '');

/** Every act of the description, by name. */
export function operationsOf({ paths, components }: ApiDescription): Operation[] {
  const { fieldOf, fieldsOfObject, resolved } = new Fields(components?.schemas ?? {});
  return Object.entries(paths)
    .flatMap(([path, byMethod]) => Object.entries(byMethod).map(([method, spec]) => ({ path, method: method.toUpperCase(), spec })))
    .map(({ path, method, spec }) => {
      const body = spec.requestBody?.content['application/json']?.schema;
      const answer = Object.entries(spec.responses).find(([status]) => status.startsWith('2'))?.[1].content ?? {};
      return {
        name: spec['x-action'],
        command: commandName(spec.operationId),
        method,
        path,
        summary: { zh: spec.description, en: spec.summary },
        roles: [spec['x-roles']].flat(),
        pathFields: spec.parameters.filter((one) => one.in === 'path').map((one) => fieldOf(one)),
        queryFields: spec.parameters.filter((one) => one.in === 'query').map((one) => fieldOf(one)),
        bodyFields: body === undefined ? [] : fieldsOfObject(body),
        hasBody: body !== undefined,
        bodySchema: body,
        answers: referred(answer['application/json']?.schema),
        streams: spec['x-streams'] === 'down',
        pages: isPage(resolved(answer['application/json']?.schema)),
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** JSON Schema (2020-12), as OpenAPI 3.1 uses it. */
export type Schema = Readonly<Record<string, unknown>>;

/** Options for the members of schemas, with what a reference stands for in its place. */
class Fields {
  constructor(private readonly schemas: Readonly<Record<string, Schema>>) {}

  readonly resolved = (schema: Schema | undefined): Schema | undefined => {
    const name = referred(schema);
    return name === undefined ? schema : this.schemas[name];
  };

  readonly fieldOf = ({ name, required, description, schema }: z.output<typeof parameter>): Field => ({
    name,
    option: optionName(name),
    required,
    description: description ?? textOf(schema['description']),
    ...this.shapeOf(schema),
  });

  readonly fieldsOfObject = (schema: Schema): Field[] => {
    const { properties = {}, required } = this.resolved(schema) as {
      properties?: Record<string, Record<string, unknown>>;
      required?: unknown;
    };
    const needed = Array.isArray(required) ? (required as string[]) : [];
    return Object.entries(properties).map(([name, shape]) =>
      this.fieldOf({ name, in: 'body', required: needed.includes(name), description: undefined, schema: shape }),
    );
  };

  /** Scalars are given as they are, everything else as JSON. `null` beside a scalar does not change how the scalar is written. */
  private shapeOf(given: Schema): Pick<Field, 'kind' | 'choices'> {
    const schema = this.resolved(given) ?? {};
    const variants = ([schema['anyOf'] ?? schema['oneOf'] ?? schema].flat() as Schema[]).map((one) => this.resolved(one) ?? {});
    const real = variants.filter(({ type }) => type !== 'null');
    const [only] = real;
    if (only === undefined || real.length > 1) return { kind: 'json', choices: [] };
    const choices = Array.isArray(only['enum']) ? only['enum'].filter((choice): choice is string => typeof choice === 'string') : [];
    if (only['type'] === 'string' || choices.length > 0) return { kind: 'string', choices };
    if (only['type'] === 'integer' || only['type'] === 'number') return { kind: 'number', choices };
    return { kind: only['type'] === 'boolean' ? 'boolean' : 'json', choices };
  }
}

/** What a `$ref` names. */
function referred(schema: Schema | undefined): string | undefined {
  const { $ref } = schema ?? {};
  return typeof $ref === 'string' ? $ref.slice($ref.lastIndexOf('/') + 1) : undefined;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function isPage(schema: Schema | undefined): boolean {
  const properties = schema?.properties as Record<string, unknown> | undefined;
  return properties !== undefined && 'items' in properties && 'next' in properties;
}
