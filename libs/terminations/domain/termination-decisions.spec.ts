import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays, Refusal } from '#kernel';
import { conclude } from './certificate.js';
import { confirm, isConfirmed } from './confirmations.js';
import { decideExit, exitDecisions, hasLeft } from './exits.js';
import { assertDecided } from './grounds.js';
import { standingHolds } from './legal-hold.js';
import {
  assertNoOpenCase,
  decideAccessClosed,
  decideConclusion,
  decideDestruction,
  decideExits,
  decideHold,
  decideInventoried,
  decideUnhold,
  decideVerifying,
  scopeOf,
} from './termination-decisions.js';
import { type TerminationState, terminationTransitions } from './termination.js';
import { confirmations, decision, done, exit, hold, inventory, noon, termination } from './termination.fixture.js';

const code = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
  return 'done';
};

describe('a termination', () => {
  it('needs a coded ground, its decision and, for an incident, the incident [TERM-02]', () => {
    expect(code(() => assertDecided('policy-change', decision, noon))).toBe('done');
    expect(code(() => assertDecided('policy-change', { ...decision, reference: ' ' }, noon))).toBe('termination.decision-missing');
    expect(code(() => assertDecided('policy-change', { ...decision, decidedOn: '2026-03-03' }, noon))).toBe(
      'termination.decision-in-the-future',
    );
    expect(code(() => assertDecided('security-incident', decision, noon))).toBe('termination.incident-missing');
    expect(code(() => assertDecided('security-incident', { ...decision, incidentNumber: 'INC-1' }, noon))).toBe('done');
  });

  it('is confirmed by two different persons in two roles [DEST-04]', () => {
    const [first, second] = confirmations;
    if (!first || !second) throw new Error('the fixture has two');
    const one = confirm([], first);
    expect(isConfirmed(one)).toBe(false);
    expect(code(() => confirm(one, { ...second, personId: first.personId }))).toBe('termination.same-person');
    expect(code(() => confirm(one, { ...first, personId: 'someone-else' }))).toBe('termination.already-confirmed');
    expect(isConfirmed(confirm(one, second))).toBe(true);
  });

  it('stays open until every path is shown to be closed [TERM-01]', () => {
    expect(code(() => decideAccessClosed('opened', { complete: false, open: [{ path: 'key-leases' }] }))).toBe('termination.access-open');
    expect(decideAccessClosed('opened', { complete: true, open: [] }).to).toBe('access-closed');
  });

  it('stops, by name, at an item without a decision [TERM-07]', () => {
    expect(code(() => decideExits('access-closed', [exit({ decision: null })]))).toBe('termination.exits-undecided');
    expect(decideExits('access-closed', [exit()]).to).toBe('exits-decided');
    expect(code(() => decideExit(exit(), 'release', 'p', noon, null))).toBe('termination.exit-without-carrier');
    expect(code(() => decideExit(exit({ carriedOut: true }), 'destroy', 'p', noon, null))).toBe('termination.exit-carried-out');
  });

  it('lets nothing leave by a decision alone, and nothing raw at all [TERM-07]', () => {
    const items = fc.record({ kind: fc.constantFrom('dataset-copy', 'export-request'), ref: fc.constantFrom('one', 'two') });
    const said = fc.record({ decision: fc.constantFrom(...exitDecisions), carriedBy: fc.constantFrom(null, ' ', 'one', 'two', '移交单') });
    const released = fc.uniqueArray(fc.constantFrom('one', 'two')).map((refs) => new Set(refs));
    fc.assert(
      fc.property(items, said, released, (item, { decision, carriedBy }, out) => {
        const listed = exit({ ...item, decision: null });
        let decided = listed;
        const refused = code(() => (decided = decideExit(listed, decision, 'p', noon, carriedBy)));
        if (item.kind === 'dataset-copy' && decision !== 'destroy') expect(refused).toBe('termination.raw-never-leaves');
        if (decision === 'release' && carriedBy !== item.ref) expect(decided).toBe(listed);
        expect(decided.carriedOut).toBe(false);
        if (hasLeft(decided, out)) expect([item.kind, out.has(item.ref)]).toEqual(['export-request', true]);
      }),
    );
  });

  it('is inventoried by every source or not at all [DEST-01]', () => {
    const broken = { ...inventory(), failures: [{ source: 'cluster', failure: 'down' }] };
    expect(code(() => decideInventoried('exits-decided', broken))).toBe('termination.inventory-incomplete');
  });

  const facts = { termination: termination(), exits: [exit()], holds: [], sealed: true };
  it('destroys only what is sealed, confirmed, free of holds and has let leave what may [DEST-04]', () => {
    expect(decideDestruction(facts, noon).to).toBe('destroying');
    expect(code(() => decideDestruction({ ...facts, sealed: false }, noon))).toBe('termination.not-sealed');
    expect(code(() => decideDestruction({ ...facts, holds: [hold()] }, noon))).toBe('termination.held');
    const one = { ...facts, termination: termination({ confirmations: confirmations.slice(0, 1) }) };
    expect(code(() => decideDestruction(one, noon))).toBe('termination.not-confirmed');
    const leaving = { ...facts, exits: [exit({ decision: 'release', carriedBy: 'export-1' })] };
    expect(code(() => decideDestruction(leaving, noon))).toBe('termination.exits-unfinished');
    expect(code(() => decideDestruction({ ...facts, termination: termination({ state: 'access-closed' }) }, noon))).toBe(
      'state.no-such-transition',
    );
  });

  it('is interrupted by a hold and goes on where it was [DEST-04]', () => {
    const held = decideHold(termination(), [hold()], noon);
    expect(held).toEqual({ from: 'inventoried', to: 'held', heldFrom: 'inventoried' });
    expect(decideUnhold(termination({ state: 'held', heldFrom: 'inventoried' }), [hold()], noon)).toBeUndefined();
    const lifted = hold({ liftedAt: addDays(noon, 1) });
    expect(decideUnhold(termination({ state: 'held', heldFrom: 'inventoried' }), [lifted], addDays(noon, 1))?.to).toBe('inventoried');
    expect(decideHold(termination({ state: 'destroying' }), [hold()], noon)).toBeUndefined();
  });

  it('leaves a hold by its lifting alone: a step that was begun before the hold was placed does not count', () => {
    const begun = [
      () => decideAccessClosed('held', { complete: true, open: [] }),
      () => decideExits('held', [exit()]),
      () => decideInventoried('held', inventory()),
    ];
    for (const step of begun) expect(code(step)).toBe('state.no-such-transition');
  });

  it('is touched by the holds of its own scope alone', () => {
    const scope = scopeOf(termination());
    const at = (target: Parameters<typeof hold>[0]) => standingHolds([hold(target)], scope, noon).length;
    expect(at({ target: { kind: 'unit', id: 'unit-1' } })).toBe(1);
    expect(at({ target: { kind: 'unit', id: 'authorisation-1' } })).toBe(0);
    expect(at({ target: { kind: 'scenario', id: 'scenario-2' } })).toBe(0);
    expect(at({ until: noon })).toBe(0);
    expect(at({ from: addDays(noon, 1) })).toBe(0);
  });

  it('is opened once for a scope; a scenario beside another is its own case [SUSP-05]', () => {
    const open = [{ id: 't', scenarioIds: ['scenario-1'] }];
    expect(code(() => assertNoOpenCase(open, ['scenario-1']))).toBe('termination.already-open');
    expect(code(() => assertNoOpenCase(open, ['scenario-2']))).toBe('done');
  });

  it('reaches a certificate only by way of confirmation, destruction and verification, in whatever order it is pushed [DEST-03]', () => {
    type Step = (state: TerminationState) => { readonly to: TerminationState } | undefined;
    const steps: readonly Step[] = [
      (state) => decideAccessClosed(state, { complete: true, open: [] }),
      (state) => decideExits(state, [exit()]),
      (state) => decideInventoried(state, inventory()),
      (state) => decideDestruction({ ...facts, termination: termination({ state }) }, noon),
      (state) => decideVerifying(state),
      (state) => decideConclusion(state, conclude(done(), noon)),
      (state) => decideConclusion(state, conclude(done({ keysDestroyedAt: null }), noon)),
      (state) => decideHold(termination({ state }), [hold()], noon),
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...steps), { maxLength: 40 }), (sequence) => {
        const walked: TerminationState[] = ['opened'];
        for (const step of sequence) {
          const state = walked.at(-1) ?? 'opened';
          try {
            const next = step(state);
            if (next) {
              expect(terminationTransitions[state]).toContain(next.to);
              walked.push(next.to);
            }
          } catch (error) {
            if (!(error instanceof Refusal)) throw error;
          }
        }
        if (walked.includes('certified'))
          expect(walked).toEqual(expect.arrayContaining(['access-closed', 'inventoried', 'destroying', 'verifying']));
      }),
    );
  });
});
