import type { Schema } from './operations.js';
import { textMatching } from './pattern-text.js';

/** What examples are made from besides a schema. */
export interface ExampleOf {
  /** What `$ref` names. */
  readonly schemas: Readonly<Record<string, Schema>>;
  /** A day, YYYY-MM-DD: dates lie on it or after it. */
  readonly today: string;
}

/** Members that come at the end of something: their dates lie a year after the others. */
const later = /until|end|expir|last|deadline|by$|to$/i;

/**
 * A value that a schema accepts, to be filled in by a person: required members alone, ids that stand for others, texts that say what they are.
 * The same schema gives the same example on the same day.
 */
export class Examples {
  private ids = 0;
  constructor(private readonly given: ExampleOf) {}

  of(schema: Schema | undefined, name = ''): unknown {
    const resolved = this.resolved(schema);
    if ('const' in resolved) return resolved['const'];
    if ('default' in resolved && resolved['default'] !== null) return resolved['default'];
    if (Array.isArray(resolved['enum'])) return resolved['enum'][0];
    const variants = resolved['anyOf'] ?? resolved['oneOf'];
    if (Array.isArray(variants)) return this.of(this.best(variants as Schema[]), name);
    switch (typeOf(resolved)) {
      case 'object':
        return this.object(resolved);
      case 'array':
        return this.array(resolved, name);
      case 'string':
        return this.text(resolved, name);
      case 'integer':
      case 'number':
        return number(resolved);
      case 'boolean':
        return true;
      case 'null':
        return null;
      default:
        return {};
    }
  }

  resolved(schema: Schema | undefined): Schema {
    const { $ref, ...beside } = schema ?? {};
    if (typeof $ref !== 'string') return schema ?? {};
    return { ...this.resolved(this.given.schemas[$ref.slice($ref.lastIndexOf('/') + 1)]), ...beside };
  }

  private best(variants: readonly Schema[]): Schema | undefined {
    return variants.find((one) => typeOf(this.resolved(one)) !== 'null') ?? variants[0];
  }

  private object(schema: Schema): Record<string, unknown> {
    const properties = (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>;
    const required = Array.isArray(schema['required']) ? (schema['required'] as string[]) : [];
    const named = required.map((name) => [name, this.of(properties[name], name)] as const);
    if (Object.keys(properties).length > 0 || typeof schema['additionalProperties'] !== 'object') return Object.fromEntries(named);
    const names = this.resolved(schema['propertyNames'] as Schema | undefined);
    const keys = Array.isArray(names['enum'])
      ? (names['enum'] as string[])
      : [typeOf(names) === 'string' ? this.text(names, 'name') : 'name'];
    return Object.fromEntries(keys.map((key) => [key, this.of(schema['additionalProperties'] as Schema, key)]));
  }

  private array(schema: Schema, name: string): unknown[] {
    const first = (Array.isArray(schema['prefixItems']) ? (schema['prefixItems'] as Schema[]) : []).map((one) => this.of(one, name));
    const least = typeof schema['minItems'] === 'number' ? schema['minItems'] : 0;
    const items = typeof schema['items'] === 'object' ? (schema['items'] as Schema) : undefined;
    const wanted = schema['maxItems'] === 0 ? 0 : Math.max(least, 1);
    return items === undefined
      ? first
      : [...first, ...Array.from({ length: Math.max(0, wanted - first.length) }, () => this.of(items, name))];
  }

  private text(schema: Schema, name: string): string {
    const {
      format,
      pattern,
      minLength = 0,
      maxLength = Infinity,
    } = schema as { format?: string; pattern?: string; minLength?: number; maxLength?: number };
    const day = later.test(name)
      ? `${String(Number(this.given.today.slice(0, 4)) + 1)}${this.given.today.slice(4)}`.replace('-02-29', '-02-28')
      : this.given.today;
    if (format === 'uuid') return this.id();
    if (format === 'date') return day;
    if (format === 'date-time') return `${day}T00:00:00.000Z`;
    if (format === 'uri') return 'https://example.org/';
    if (pattern !== undefined) return textMatching(pattern);
    const said = name === '' ? 'text' : name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    return said.padEnd(minLength, '.').slice(0, maxLength);
  }

  /** Each stands for another thing. */
  private id(): string {
    this.ids += 1;
    return `00000000-0000-7000-8000-${String(this.ids).padStart(12, '0')}`;
  }
}

function typeOf({ type }: Schema): string | undefined {
  if (Array.isArray(type)) return (type as string[]).find((one) => one !== 'null') ?? 'null';
  return typeof type === 'string' ? type : undefined;
}

function number(schema: Schema): number {
  const { minimum, exclusiveMinimum, maximum, multipleOf = 1 } = schema as Readonly<Record<string, number | undefined>>;
  const least = exclusiveMinimum !== undefined ? Math.max(exclusiveMinimum + multipleOf, minimum ?? -Infinity) : (minimum ?? 1);
  // JSON Schema of an integer states the bounds of exact integers, too.
  const wanted = least <= Number.MIN_SAFE_INTEGER ? 1 : Math.max(least, Math.min(1, maximum ?? 1));
  const fitting = schema['type'] === 'integer' ? Math.ceil(wanted) : wanted;
  return maximum !== undefined && fitting > maximum
    ? schema['exclusiveMinimum'] !== undefined
      ? ((exclusiveMinimum ?? 0) + maximum) / 2
      : maximum
    : fitting;
}
