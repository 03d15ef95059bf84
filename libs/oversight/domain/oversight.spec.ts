import { describe, expect, it } from '@jest/globals';
import { roles, type Evidence } from '#kernel';
import fc from 'fast-check';
import { boardNumbers } from './board.js';
import { isDerived, liveRequirements, stateOf, summaryOf, witnessed } from './live.js';
import { isFinal, operationState } from './operation.js';
import { requirements } from './requirements.js';
import { checkStaffing, staffingRules, type Holder, type StaffingRule } from './staffing.js';

const now = '2026-03-10T00:00:00.000Z';
const evidence = (change: Partial<Evidence> = {}): Evidence => ({
  requirementId: 'ISO-01',
  state: 'shown',
  what: 'probes',
  at: now,
  ...change,
});

describe('live evidence', () => {
  it('shows a requirement only by what is fresh, and a failure whatever its age [ADM-11]', () => {
    const fresh = witnessed('probes', evidence(), now, 60);
    const old = witnessed('probes', evidence({ at: '2026-03-09T23:00:00.000Z' }), now, 60);
    const bad = witnessed('probes', evidence({ state: 'failing', at: '2026-03-01T00:00:00.000Z' }), now, 60);
    expect(old).toMatchObject({ stale: true, ageSeconds: 3600 });
    expect([stateOf([]), stateOf([fresh]), stateOf([old]), stateOf([old, fresh]), stateOf([fresh, bad])]).toEqual([
      'no-data',
      'shown',
      'no-data',
      'shown',
      'failing',
    ]);
  });

  it('counts every requirement once and says which are our own reading', () => {
    const rows = liveRequirements(requirements, [witnessed('probes', evidence(), now, 60)]);
    const summary = summaryOf(rows);
    expect(summary).toEqual({ total: requirements.length, shown: 1, failing: 0, noData: requirements.length - 1 });
    const derived = rows.filter((row) => row.derived);
    expect(derived.length).toBeGreaterThan(20);
    expect(derived.every(({ requirement }) => isDerived(requirement) && requirement.sources.includes('[derived'))).toBe(true);
  });
});

describe('the catalogue', () => {
  it('has every id once and says something in both languages', () => {
    expect(new Set(requirements.map(({ id }) => id)).size).toBe(requirements.length);
    expect(
      requirements.filter(({ id, zh, en, shows, sources }) => !/^[A-Z]+-\d{2}$/.test(id) || [zh, en, shows, sources].includes('')),
    ).toEqual([]);
  });

  it('knows every requirement that a staffing rule cites', () => {
    const known = new Set(requirements.map(({ id }) => id));
    expect(staffingRules.flatMap(({ sources }) => sources).filter((id) => !known.has(id))).toEqual([]);
  });

  it('has board numbers with names of their own, that all open something', () => {
    expect(new Set(boardNumbers.map(({ name }) => name)).size).toBe(boardNumbers.length);
    expect(boardNumbers.filter(({ opens, zh, en }) => !opens.startsWith('/') || zh === '' || en === '')).toEqual([]);
  });
});

/** The largest number of places that distinct people can hold, by trying every way. */
function bestByTrying(rule: StaffingRule, holders: readonly Holder[]): number {
  const best = (index: number, used: ReadonlySet<string>): number => {
    const place = rule.places[index];
    if (place === undefined) return 0;
    const choices = holders.filter(
      ({ personId, roles: held, ofUnit }) =>
        !used.has(personId) && held.some((role) => place.roles.includes(role)) && !(place.outsideUnits && ofUnit),
    );
    return Math.max(best(index + 1, used), ...choices.map(({ personId }) => 1 + best(index + 1, new Set([...used, personId]))));
  };
  return best(0, new Set());
}

describe('staffing', () => {
  const rule = (name: string): StaffingRule => {
    const found = staffingRules.find((one) => one.name === name);
    if (found === undefined) throw new Error(name);
    return found;
  };
  const holder = (personId: string, ...held: Holder['roles']): Holder => ({ personId, roles: held, ofUnit: false });

  it('wants two reviewers, one of them of the authority, and a third who releases, none of a unit', () => {
    const people = [holder('a', 'authority'), holder('b', 'export-reviewer')];
    expect(checkStaffing(rule('export-review'), people)).toMatchObject({ enough: false, missing: [['authority', 'export-reviewer']] });
    expect(checkStaffing(rule('export-review'), [...people, holder('c', 'export-reviewer')]).enough).toBe(true);
    expect(checkStaffing(rule('export-review'), [...people, { ...holder('c', 'export-reviewer'), ofUnit: true }]).enough).toBe(false);
    const reviewersAlone = ['a', 'b', 'c'].map((id) => holder(id, 'export-reviewer'));
    expect(checkStaffing(rule('export-review'), reviewersAlone)).toMatchObject({ enough: false, missing: [['authority']] });
  });

  it('counts nobody twice', () => {
    expect(checkStaffing(rule('termination'), [holder('a', 'authority', 'security-admin')]).enough).toBe(false);
    expect(checkStaffing(rule('three-administrators'), [holder('a', 'platform-operator'), holder('b', 'security-admin')])).toMatchObject({
      missing: [['audit-admin']],
    });
  });

  it('finds as many separate people as any way of placing them would', () => {
    const holders = fc.uniqueArray(
      fc.record({
        personId: fc.integer({ min: 0, max: 30 }).map(String),
        roles: fc.uniqueArray(fc.constantFrom(...roles), { minLength: 1, maxLength: 3 }),
        ofUnit: fc.boolean(),
      }),
      { selector: ({ personId }) => personId, maxLength: 6 },
    );
    fc.assert(
      fc.property(fc.constantFrom(...staffingRules), holders, (chosen, people) => {
        expect(chosen.places.length - checkStaffing(chosen, people).missing.length).toBe(bestByTrying(chosen, people));
      }),
    );
  });
});

describe('an operation', () => {
  it('is final once nothing will happen to it by itself', () => {
    const states = (['due', 'leased', 'done', 'dead', 'cancelled'] as const).map(operationState);
    expect(states.map((state) => isFinal({ state }))).toEqual([false, false, true, true, true]);
  });
});
