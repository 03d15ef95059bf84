import { routesOf } from '#platform/http';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { contexts } from '../../apps/composition/contexts.js';
import { sampleOf } from '../support/sample-input.js';

/** Ranges of which a rule of their context says more, and refuses what ends before it begins by a code of its own. */
const byTheirContext: Readonly<Record<string, string>> = {
  'authorisation.drafted body.term': 'authorisation.term-inverted',
  'authorisation.edited body.term': 'authorisation.term-inverted',
  'scenario.created body': 'scenario.outside-term',
  'person.role-granted body.scope': 'identity.mandate-term',
  'role-proposal.opened body.scope': 'identity.mandate-term',
  'data-request.created body.items.period': 'data-request.incomplete',
  'data-request.revised body.items.period': 'data-request.incomplete',
};

interface Found {
  readonly where: string;
  readonly schema: z.ZodObject;
  readonly begins: string;
  readonly ends: string;
}
const ends = [
  ['from', 'until'],
  ['validFrom', 'validUntil'],
] as const;

/** Every object of an input that holds both ends of a range, however deep. */
function rangesIn(schema: unknown, where: string, seen = new Set<unknown>()): Found[] {
  if (!(schema instanceof z.ZodType) || seen.has(schema)) return [];
  seen.add(schema);
  const def = schema.def as unknown as Readonly<Record<string, unknown>>;
  const inner = [def['innerType'], def['element'], def['in'], def['left'], def['right'], ...((def['options'] ?? []) as unknown[])];
  const below = inner.flatMap((one) => rangesIn(one, where, seen));
  if (!(schema instanceof z.ZodObject)) return below;
  const members = Object.entries(schema.shape);
  return [
    ...ends.flatMap(([begins, last]) =>
      members.some(([name]) => name === begins) && members.some(([name]) => name === last) ? [{ where, schema, begins, ends: last }] : [],
    ),
    ...members.flatMap(([name, member]) => rangesIn(member, `${where}.${name}`, seen)),
  ];
}

const found = contexts.flatMap(({ controllers }) =>
  controllers
    .flatMap((controller) => routesOf(controller.prototype as object))
    .flatMap(({ action, body, query }) => [...rangesIn(body, `${action} body`), ...rangesIn(query, `${action} query`)]),
);
const forms = (schema: z.ZodObject, member: string): readonly [string, string] =>
  schema.safeParse({ ...(sampleOf(schema) as object), [member]: '2026-02-01' }).error?.issues.some(({ path }) => path[0] === member) ===
  true
    ? ['2026-02-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z']
    : ['2026-02-01', '2026-01-01'];

describe('every range that a request says', () => {
  it('is refused at its end where it would end before it began', () => {
    const taken = found.filter(({ where, schema, begins, ends: last }) => {
      const [later, earlier] = forms(schema, begins);
      const problems = schema.safeParse({ ...(sampleOf(schema) as object), [begins]: later, [last]: earlier }).error?.issues ?? [];
      const other = schema.safeParse({ ...(sampleOf(schema) as object), [begins]: earlier, [last]: later }).error?.issues ?? [];
      expect([where, other.filter(({ path }) => path[0] === last)]).toEqual([where, []]);
      return !problems.some(({ path }) => path.join('.') === last);
    });
    expect(taken.map(({ where }) => where).sort()).toEqual(Object.keys(byTheirContext).sort());
    expect(found.length).toBeGreaterThan(8);
  });
});
