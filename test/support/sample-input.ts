import { newId } from '#kernel';
import { z } from 'zod';

type Schema = Record<string, unknown>;
const texts: Readonly<Record<string, () => string>> = {
  uuid: newId,
  date: () => '2026-01-31',
  'date-time': () => '2026-01-31T00:00:00.000Z',
  uri: () => 'https://data.example.cn/notices/1',
  email: () => 'someone@example.cn',
};
/** Words that fit one of the forms our contracts ask for: a digest, a month, an image, a pinned name, a plain word. */
const candidates = [
  'word',
  'word-1',
  '1',
  '2026-01',
  '91330000MA27XF6D7B',
  'A'.repeat(44),
  `sha256:${'0'.repeat(64)}`,
  `registry.example/workbench@sha256:${'a'.repeat(64)}`,
];

/** The least input that a schema takes; its values mean nothing. */
export function sampleOf(schema: z.ZodType): unknown {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema;
  return sample(root, (root['$defs'] ?? {}) as Record<string, Schema>);
}

function sample(of: Schema, named: Readonly<Record<string, Schema>>): unknown {
  if (typeof of['$ref'] === 'string') return sample(named[of['$ref'].split('/').at(-1) ?? ''] ?? {}, named);
  if (Array.isArray(of['allOf'])) return Object.assign({}, ...of['allOf'].map((part) => sample(part as Schema, named)));
  if ('const' in of) return of['const'];
  const [first] = (of['enum'] ?? of['anyOf'] ?? of['oneOf'] ?? []) as unknown[];
  if (of['enum'] !== undefined) return first;
  if (first !== undefined) return sample(first as Schema, named);
  switch (of['type']) {
    case 'object': {
      const members = (of['properties'] ?? {}) as Record<string, Schema>;
      return Object.fromEntries(((of['required'] ?? []) as string[]).map((name) => [name, sample(members[name] ?? {}, named)]));
    }
    case 'array':
      return Array.from({ length: Number(of['minItems'] ?? 0) }, () => sample((of['items'] ?? {}) as Schema, named));
    case 'integer':
    case 'number':
      return Number(of['minimum'] ?? Number(of['exclusiveMinimum'] ?? 0) + 1);
    case 'boolean':
      return true;
    case 'string':
      return text(of);
    default:
      return null;
  }
}

function text(of: Schema): string {
  const made = texts[String(of['format'])];
  if (made !== undefined) return made();
  const pattern = new RegExp(typeof of['pattern'] === 'string' ? of['pattern'] : '', 'u');
  const least = Number(of['minLength'] ?? 1);
  const found = candidates
    .map((word) => (word.length < least ? word.repeat(Math.ceil(least / word.length)) : word))
    .find((word) => pattern.test(word));
  return found ?? '';
}
