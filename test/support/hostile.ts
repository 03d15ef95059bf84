import { newId } from '#kernel';
import fc from 'fast-check';
import { z } from 'zod';

type Schema = Readonly<Record<string, unknown>>;

/** Ids of what is there, so that generated input also reaches what looks them up. */
export type KnownIds = readonly string[];

/** From what a schema allows, near its least. */
function bounded(schema: Schema): { min: number; max: number } {
  const min = Math.max(Number(schema['minimum'] ?? schema['exclusiveMinimum'] ?? -1_000), -Number.MAX_SAFE_INTEGER);
  return { min, max: Math.max(min, Math.min(Number(schema['maximum'] ?? schema['exclusiveMaximum'] ?? min + 1_000), min + 1_000)) };
}

function text(schema: Schema, ids: KnownIds): fc.Arbitrary<unknown> {
  const {
    format,
    pattern,
    minLength = 0,
    maxLength = 40,
  } = schema as { format?: string; pattern?: string; minLength?: number; maxLength?: number };
  if (format === 'uuid') return fc.oneof(fc.constantFrom(...ids), fc.constant(newId()));
  if (format === 'date') return fc.constantFrom('2026-01-31', '2027-12-01');
  if (format === 'date-time') return fc.constantFrom('2026-01-31T08:00:00.000Z', '2027-12-01T08:00:00.000Z');
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 40)) });
}

/** Input that a route's own schema describes; what the schema cannot say in JSON is left to it. */
function described(schema: Schema, ids: KnownIds, defs = (schema['$defs'] ?? {}) as Schema, levels = 12): fc.Arbitrary<unknown> {
  if (levels === 0 || typeof schema !== 'object') return fc.constant('x');
  const of = (inner: unknown): fc.Arbitrary<unknown> => described(inner as Schema, ids, defs, levels - 1);
  if (schema['$ref'] === '#') return fc.constant('x');
  if (typeof schema['$ref'] === 'string') return of(defs[schema['$ref'].split('/').at(-1) ?? ''] ?? {});
  if ('const' in schema) return fc.constant(schema['const']);
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]));
  const either = (schema['anyOf'] ?? schema['oneOf']) as Schema[] | undefined;
  if (either !== undefined) return fc.oneof(...either.map(of));
  if (Array.isArray(schema['allOf']))
    return fc.tuple(...(schema['allOf'] as Schema[]).map(of)).map((parts) => Object.assign({}, ...parts) as unknown);
  switch (schema['type']) {
    case 'object': {
      const members = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>);
      return fc.record(Object.fromEntries(members.map(([name, inner]) => [name, of(inner)])), {
        requiredKeys: (schema['required'] ?? []) as string[],
      });
    }
    case 'array':
      if (Array.isArray(schema['prefixItems'])) return fc.tuple(...(schema['prefixItems'] as Schema[]).map(of));
      return fc.array(of(schema['items'] ?? {}), {
        minLength: Number(schema['minItems'] ?? 0),
        maxLength: Number(schema['minItems'] ?? 0) + 2,
      });
    case 'string':
      return text(schema, ids);
    case 'integer':
      return fc.integer(bounded(schema));
    case 'number':
      return fc.double({ ...bounded(schema), noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.constant('x');
  }
}

const nested = (levels: number): unknown => {
  let inner: unknown = [];
  for (let level = 0; level < levels; level += 1) inner = level % 2 === 0 ? [inner] : { inner };
  return inner;
};

/** What no caller should send, one of each kind. */
export const hostileTexts = [
  '\0',
  'a\0b',
  '\ud800',
  '\uffff',
  'a\ufdd0b',
  '\u{1fffe}',
  '',
  ' ',
  '0000-01-01',
  '0000-01-01T00:00:00Z',
  '9999-12-31',
  '2026-02-30',
  '-1',
  '1e400',
  'x'.repeat(70_000),
];
export const hostileValues: readonly unknown[] = [
  ...hostileTexts,
  1e308,
  2 ** 53,
  2 ** 31,
  -1,
  1.5,
  null,
  true,
  [],
  {},
  nested(30),
  nested(1_000),
  [null],
  { toString: 1 },
  newId(),
];

type Place = readonly (string | number)[];
const placesOf = (value: unknown, at: Place = []): Place[] =>
  typeof value !== 'object' || value === null
    ? [at]
    : [at, ...Object.entries(value).flatMap(([name, member]) => placesOf(member, [...at, Array.isArray(value) ? Number(name) : name]))];

function replaced(value: unknown, [first, ...rest]: Place, by: unknown): unknown {
  if (first === undefined) return by;
  if (Array.isArray(value)) return value.map((member: unknown, at) => (at === first ? replaced(member, rest, by) : member));
  return { ...(value as object), [first]: replaced((value as Record<string, unknown>)[first], rest, by) };
}

/** What a schema describes, whole or with one member of it replaced by what no caller should send. */
export function hostile(schema: z.ZodType, ids: KnownIds): fc.Arbitrary<unknown> {
  const shape = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema;
  return fc
    .tuple(described(shape, ids), fc.nat(), fc.option(fc.constantFrom(...hostileValues), { freq: 6, nil: undefined }))
    .map(([value, place, by]) => {
      const places = placesOf(value);
      return by === undefined ? value : replaced(value, places[place % places.length] ?? [], by);
    });
}
