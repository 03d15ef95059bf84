import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays, Refusal } from '#kernel';
import { firstLapse } from './seat-conditions.js';
import {
  assertRequestable,
  decideActivation,
  decideGrant,
  decideRefusal,
  decideReview,
  decideRevocation,
  decideRevoked,
  type SeatRequest,
} from './seat-decisions.js';
import type { SeatFacts } from './seat-facts.js';
import { type SeatState, seatTransitions } from './seat.js';
import { cooperation, facts, grantFacts, inState, noon, partnerFacts, person, proof } from './seat.fixture.js';

const code = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
  return 'done';
};
const request: SeatRequest = { class: 'own', basis: facts().seat.basis, endsOn: '2026-04-30' };
const asks = (given: SeatFacts, grant = grantFacts(), what = request) => code(() => assertRequestable(what, given, grant, noon));

describe('a seat', () => {
  it('is requested for a verified person within the agreement and the quota [SEAT-01]', () => {
    expect(asks(facts())).toBe('done');
    expect(asks(facts(person({ identity: null })))).toBe('seat.identity-unverified');
    expect(asks(facts(), grantFacts({ quota: { limit: 2, taken: 2 } }))).toBe('seat.over-quota');
    expect(asks({ ...facts(), seat: { ...facts().seat, until: addDays(noon, 201) } })).toBe('seat.end-beyond-limit');
    expect(asks(facts(), grantFacts(), { ...request, endsOn: '2026-03-01' })).toBe('seat.end-in-the-past');
    expect(asks(facts(), grantFacts(), { ...request, basis: { ...request.basis, clause: ' ' } })).toBe('seat.basis-without-clause');
  });

  it('may be requested while vetting and training are still under way', () => {
    expect(asks(facts(person({ training: null, vetting: null })))).toBe('done');
  });

  it('of a partner needs an approved record and ends with it [SEAT-04]', () => {
    const partner: SeatRequest = { ...request, class: 'partner', basis: { kind: 'cooperation', id: 'record-1', clause: '技术服务' } };
    const ends = (until: string, record = cooperation()) => {
      const base = partnerFacts(record);
      return { ...base, seat: { ...base.seat, until } };
    };
    expect(asks(partnerFacts(null), grantFacts(), partner)).toBe('seat.record-not-approved');
    expect(asks(ends(addDays(noon, 41)), grantFacts(), partner)).toBe('seat.end-beyond-limit');
    expect(asks(ends(addDays(noon, 40)), grantFacts(), partner)).toBe('done');
    expect(asks(facts(), grantFacts(), { ...partner, basis: request.basis })).toBe('seat.wrong-basis');
  });

  it('is granted by another party when every condition holds [SEAT-02]', () => {
    const requested = inState('requested');
    expect(decideGrant(requested, grantFacts(), noon)).toMatchObject({ to: 'granted', cut: null });
    const grant = (given: SeatFacts, more = grantFacts()) => code(() => decideGrant(given, more, noon));
    expect(grant(inState('requested', person({ training: null })))).toBe('seat.training-missing');
    expect(grant(requested, grantFacts({ deciderId: 'person-1' }))).toBe('seat.self-review');
    expect(grant(requested, grantFacts({ deciderId: 'manager-1' }))).toBe('seat.self-review');
    expect(grant(requested, grantFacts({ deciderOrganisations: ['unit-1'] }))).toBe('seat.self-review');
    expect(grant(requested, grantFacts({ stops: ['emergency-plan'] }))).toBe('seat.new-seats-stopped');
    const noRight = inState('requested', { authorisation: { ...proof('a'), phase: 'in-force', processingRight: false } });
    expect(grant(noRight)).toBe('seat.no-processing-right');
    expect(grant(inState('refused'))).toBe('state.no-such-transition');
  });

  it('is refused with reasons, by another party', () => {
    expect(decideRefusal(inState('requested'), grantFacts(), '人员重复').to).toBe('refused');
    expect(code(() => decideRefusal(inState('requested'), grantFacts(), ' '))).toBe('seat.refusal-without-reasons');
  });

  it('is paused by the condition that lapsed, by name, and every path is cut [SEAT-03]', () => {
    expect(decideReview(inState('active', person({ training: null })), noon)).toMatchObject({
      to: 'paused',
      pausedBy: 'training-passed',
      cut: 'paused',
      reason: { code: 'seat.training-missing' },
    });
  });

  it('is not opened again until the condition is renewed [SEAT-03]', () => {
    expect(code(() => decideActivation(inState('paused', person({ training: null })), noon))).toBe('seat.training-missing');
    expect(decideActivation(inState('paused'), noon).to).toBe('active');
    expect(decideReview(inState('paused'), noon)?.to).toBe('active');
  });

  it.each<SeatState>(['granted', 'active', 'paused'])('that is %s ends with the agreement, without anyone acting [TERM-06]', (state) => {
    const ended = inState(state, { authorisation: { ...proof('a', 0), phase: 'ended', processingRight: true } });
    expect(decideReview(ended, noon)).toMatchObject({ to: 'revoking', cut: 'revoked', reason: { code: 'seat.authorisation-ended' } });
  });

  it('is revoked only with a complete receipt [TERM-01]', () => {
    expect(decideRevocation('active', 'left')).toMatchObject({ to: 'revoking', cut: 'revoked' });
    expect(code(() => decideRevoked('revoking', { complete: false, open: [{ path: 'key-leases' }] }))).toBe('seat.receipt-open');
    expect(decideRevoked('revoking', { complete: true, open: [] }).to).toBe('revoked');
    expect(code(() => decideRevocation('revoked', 'left'))).toBe('state.no-such-transition');
  });

  it('moves only along its table, ends only by revocation, and is stable once reviewed', () => {
    const broken: readonly Partial<SeatFacts>[] = [
      {},
      person({ training: null }),
      person({ affiliation: { ...proof('a'), until: noon } }),
      { suspensions: [{ id: 's', scope: 'unit', since: noon }] },
      { scenario: { ...proof('s'), approved: true, ended: true } },
    ];
    const states = Object.keys(seatTransitions) as SeatState[];
    fc.assert(
      fc.property(fc.constantFrom(...states), fc.array(fc.constantFrom(...broken), { maxLength: 8 }), (start, history) => {
        let state = start;
        for (const next of history) {
          const change = decideReview(inState(state, next), noon);
          if (!change) continue;
          expect(seatTransitions[state]).toContain(change.to);
          expect(change.to === 'revoking').toBe(change.cut === 'revoked');
          state = change.to;
          expect(decideReview(inState(state, next), noon)).toBeUndefined();
          if (state === 'active') expect(firstLapse(inState(state, next), noon)).toBeUndefined();
        }
      }),
    );
  });

  it('is first opened under the same conditions [SEAT-02]', () => {
    expect(decideActivation(inState('granted'), noon).to).toBe('active');
    expect(code(() => decideActivation(inState('granted', person({ filing: null })), noon))).toBe('seat.not-filed');
  });
});
