import { newId } from '#kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contexts } from '../../apps/composition/contexts.js';
import type { ActSpec } from '../../libs/platform/http/act.js';
import { openMedium, type Caller, type Medium } from '../support/medium.js';
import { openOperating, type Operating } from '../support/operating.js';
import { actsOf, belongs, call, ruled, somethingOf } from '../support/ruled-acts.js';

let medium: Medium;
let acts: ReadonlyMap<string, ActSpec>;
/** One unit with everything under its authorisation, and one beside it under another authority. */
let one: Operating;
let other: Operating;
let provider: Caller;
const rows = new Map<string, string>();

beforeAll(async () => {
  medium = await openMedium({ contexts });
  acts = actsOf(medium);
  one = await openOperating(medium);
  other = await openOperating(medium);
  provider = await medium.person(await medium.organisation('provider'), ['provider']);
  rows.set('authorisation', one.authorisationId).set('scenario', one.scenarioId);
  for (const kind of Object.keys(belongs)) if (!rows.has(kind)) rows.set(kind, await somethingOf(medium, kind, one));
}, 600_000);
afterAll(() => medium.close());

/** People with the act's role who are no party of what it names. */
const strangers = ({ roles }: ActSpec): readonly Caller[] => {
  const callers: Partial<Record<string, Caller>> = {
    ...{ authority: other.authority, 'unit-manager': other.manager, 'unit-developer': other.developer, provider },
  };
  return Object.entries(callers).flatMap(([role, caller]) =>
    caller !== undefined && (typeof roles === 'string' || roles.some((known) => known === role)) ? [caller] : [],
  );
};

describe('what belongs to others', () => {
  it.each(ruled)('is answered on $action as what does not exist', async ({ action, rule }) => {
    const spec = acts.get(action);
    if (spec === undefined) throw new Error(`no route is ${action}`);
    const id = rows.get(rule.kind ?? 'authorisation') ?? '';
    for (const stranger of strangers(spec)) {
      const theirs = await call(spec, rule, id, stranger);
      const nobodys = await call(spec, rule, newId(), stranger);
      expect([action, theirs.status, theirs.body.code]).toEqual([action, nobodys.status, nobodys.body.code]);
      expect(theirs.status).toBeGreaterThanOrEqual(400);
      for (const told of [one.unitId, one.authorityId]) expect(JSON.stringify(theirs.body)).not.toContain(told);
    }
  });
});
