import { z } from 'zod';

export type Schema = Record<string, unknown>;
type Io = 'input' | 'output';

const ways: readonly Io[] = ['output', 'input'];
/** Formats whose pattern says again what the format says. */
const saidByFormat: ReadonlySet<unknown> = new Set(['uuid', 'date', 'date-time', 'ipv4', 'ipv6', 'email']);

/** Zod's patterns go where a format says the same to every engine, and those that other engines refuse (`\p{…}`), whose rule is described. */
function plain({ jsonSchema }: { readonly jsonSchema: Schema }): void {
  const { format, pattern } = jsonSchema;
  if (saidByFormat.has(format) || (typeof pattern === 'string' && pattern.includes('\\p{'))) delete jsonSchema['pattern'];
  // Any JSON, written out by zod as what refers to itself: generators make types of it that refer to nothing else.
  const types = new Set((jsonSchema['anyOf'] as readonly Schema[] | undefined)?.map(({ type }) => type));
  if (anyJson.every((type) => types.has(type))) delete jsonSchema['anyOf'];
}
const anyJson = ['string', 'number', 'boolean', 'null', 'array', 'object'];

/** Every `$ref` below a value, pointed elsewhere; one that points at nothing in particular goes. */
function repointed<T>(value: T, to: (ref: string) => string | undefined): T {
  if (Array.isArray(value)) return value.map((member: unknown) => repointed(member, to)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      if (name !== '$ref' || typeof member !== 'string') return [[name, repointed(member as unknown, to)]];
      const ref = to(member);
      return ref === undefined ? [] : [[name, ref]];
    }),
  ) as T;
}

const component = (name: string): string => `#/components/schemas/${name}`;
/** The names that a value's references end in. */
const referred = (value: unknown): string[] =>
  [...JSON.stringify(value).matchAll(/"\$ref":"[^"]*\/([^"/]+)"/g)].map(([, name = '']) => name);

/** The schemas of a description: each that a contract names stands once among its components. */
export class ComponentSchemas {
  private readonly registry = z.registry<{ id: string }>();
  private readonly kept = new Map<string, Schema>();
  /** Names of which what is sent differs from what is answered: by defaults and coercions, their own or of what they refer to. */
  private readonly differing = new Set<string>();

  /** @param named by the name of the component: letters, digits, `_`, `-` and `.` (OpenAPI 3.1 §4.8.7.1) */
  constructor(private readonly named: ReadonlyMap<string, z.ZodType>) {
    for (const [id, schema] of named) this.registry.add(schema, { id });
    const converted = new Map([...named].map(([id, schema]) => [id, ways.map((io) => ({ io, ...this.converted(schema, io) }))]));
    const forms = new Map([...converted].map(([id, both]) => [id, both.map(({ $defs }) => $defs[id] ?? {})]));
    for (const [id, [output, input]] of forms) if (JSON.stringify(output) !== JSON.stringify(input)) this.differing.add(id);
    for (let before = -1; before !== this.differing.size;) {
      before = this.differing.size;
      for (const [id, both] of forms) if (referred(both).some((name) => this.differing.has(name))) this.differing.add(id);
    }
    for (const [id, both] of converted)
      for (const { io, $defs } of both)
        for (const [part, inner] of Object.entries($defs))
          if (part === id || !named.has(part)) this.kept.set(this.nameOf(part, io, id), this.pointed(inner, io, id));
  }

  /** @param owner names what the schema shares within itself and no contract names */
  of(schema: z.ZodType, io: Io, owner: string): Schema {
    const { whole, $defs } = this.converted(schema, io);
    for (const [part, inner] of Object.entries($defs))
      if (!this.named.has(part)) this.kept.set(this.nameOf(part, io, owner), this.pointed(inner, io, owner));
    const pointed = this.pointed(whole, io, owner);
    // Of itself, as a whole.
    if (!JSON.stringify([whole, $defs]).includes('"$ref":"#"')) return pointed;
    this.kept.set(this.nameOf('', io, owner), pointed);
    return { $ref: component(this.nameOf('', io, owner)) };
  }

  /** An object schema with what a reference of its own stands for, so that its members can be taken one by one. */
  resolved(schema: Schema): Schema {
    const { $ref } = schema;
    return typeof $ref === 'string' ? (this.kept.get($ref.replace(component(''), '')) ?? {}) : schema;
  }

  /** The components that a value reaches through references, and those that they reach, by name. */
  reachedFrom(value: unknown): Record<string, Schema> {
    const reached = new Map<string, Schema>();
    const follow = (from: unknown): void => {
      for (const name of referred(from)) {
        const schema = this.kept.get(name);
        if (schema === undefined || reached.has(name)) continue;
        reached.set(name, schema);
        follow(schema);
      }
    };
    follow(value);
    return Object.fromEntries([...reached].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  private converted(schema: z.ZodType, io: Io): { readonly whole: Schema; readonly $defs: Record<string, Schema> } {
    const {
      $defs = {},
      $schema: _,
      ...whole
    } = z.toJSONSchema(schema, {
      ...{ io, unrepresentable: 'any', target: 'draft-2020-12', metadata: this.registry, override: plain },
    } as const) as Schema & { $defs?: Record<string, Schema> };
    const anything = new Set(
      Object.entries($defs).flatMap(([part, inner]) => (Object.keys(inner).length === 0 ? [`#/$defs/${part}`] : [])),
    );
    return repointed({ whole, $defs }, (ref) => (anything.has(ref) ? undefined : ref));
  }

  private nameOf(part: string, io: Io, owner: string): string {
    if (this.named.has(part)) return this.differing.has(part) && io === 'input' ? `${part}Input` : part;
    return [owner, io, part].filter((word) => word !== '').join('.');
  }

  private pointed<T>(value: T, io: Io, owner: string): T {
    return repointed(value, (ref) => component(this.nameOf(ref.replace(/^#(\/\$defs\/)?/, ''), io, owner)));
  }
}

/**
 * The zod schemas of contracts by the names of their exports. Where two contexts have a name, each has its context's before it.
 * @param contracts what each exports, by the context's name
 */
export function schemaNames(contracts: Readonly<Record<string, Readonly<Record<string, unknown>>>>): ReadonlyMap<string, z.ZodType> {
  const all = Object.entries(contracts).flatMap(([context, exported]) =>
    Object.entries(exported).flatMap(([name, schema]) => (schema instanceof z.ZodType ? [{ context, name, schema }] : [])),
  );
  const named = new Map<string, z.ZodType>();
  const taken = new Set<z.ZodType>();
  for (const { context, name, schema } of all) {
    // One schema that two names stand for has the first.
    if (taken.has(schema)) continue;
    taken.add(schema);
    const others = all.some((other) => other.name === name && other.schema !== schema);
    const [first = '', ...rest] = others ? context + name.charAt(0).toUpperCase() + name.slice(1) : name;
    named.set(first.toUpperCase() + rest.join(''), schema);
  }
  return named;
}
