import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays } from '#kernel';
import { firstLapse, seatConditions, verdicts } from './seat-conditions.js';
import type { SeatFacts } from './seat-facts.js';
import { conditionNames } from './condition-names.js';
import { refusals } from './refusals.js';
import { cooperation, facts, noon, partnerFacts, person, proof } from './seat.fixture.js';

const over = { ...proof('x'), until: noon };
const cases: readonly (readonly [string, SeatFacts, string, boolean])[] = [
  ['an unverified person [PERS-01]', facts(person({ identity: null })), 'seat.identity-unverified', false],
  ['a voided verification [PERS-01]', facts(person({ identity: { ...proof('v'), voided: true } })), 'seat.identity-unverified', false],
  ['an unfiled person [PERS-02]', facts(person({ filing: null })), 'seat.not-filed', false],
  ['a filing that ran out [PERS-02]', facts(person({ filing: over })), 'seat.filing-lapsed', false],
  ['a person who was not vetted [PERS-02]', facts(person({ vetting: null })), 'seat.not-vetted', false],
  ['a rejected person [PERS-02]', facts(person({ vetting: { ...proof('v'), passed: false } })), 'seat.vetting-rejected', false],
  ['a vetting that ran out [PERS-02]', facts(person({ vetting: { ...over, passed: true } })), 'seat.vetting-lapsed', false],
  ['no confidentiality agreement [PERS-03]', facts(person({ confidentiality: null })), 'seat.agreement-missing', false],
  ['an agreement that ran out [PERS-03]', facts(person({ confidentiality: over })), 'seat.agreement-lapsed', false],
  ['no training [PERS-04]', facts(person({ training: null })), 'seat.training-missing', false],
  [
    'a training that begins tomorrow [PERS-04]',
    facts(person({ training: { ...proof('t'), from: addDays(noon, 1) } })),
    'seat.training-missing',
    false,
  ],
  ['a locked person [TERM-01]', facts(person({ lock: { id: 'lock-1', since: noon } })), 'seat.person-locked', false],
  ['a person who left [PERS-02]', facts(person({ affiliation: over })), 'seat.affiliation-ended', true],
  [
    'an unapproved scenario [SEAT-01]',
    facts({ scenario: { ...proof('s'), approved: false, ended: false } }),
    'seat.scenario-not-approved',
    false,
  ],
  ['an ended scenario [SEAT-03]', facts({ scenario: { ...proof('s'), approved: true, ended: true } }), 'seat.scenario-ended', true],
  ['no authorisation in force [SEAT-01]', facts({ authorisation: null }), 'seat.authorisation-not-in-force', false],
  [
    'an expired authorisation [TERM-06]',
    facts({ authorisation: { ...over, phase: 'in-force', processingRight: true } }),
    'seat.authorisation-ended',
    true,
  ],
  [
    'a terminated authorisation [TERM-08]',
    facts({ authorisation: { ...proof('a'), phase: 'ended', processingRight: true } }),
    'seat.authorisation-ended',
    true,
  ],
  ['a suspension [SUSP-01]', facts({ suspensions: [{ id: 's1', scope: 'unit', since: noon }] }), 'seat.suspended', false],
  ['a partner without a record [SEAT-04]', partnerFacts(null), 'seat.record-not-approved', false],
  ['a partner with an unapproved record [SEAT-04]', partnerFacts(cooperation({ approved: false })), 'seat.record-not-approved', false],
  [
    'a partner with a record of the other kind [SEAT-04]',
    partnerFacts(cooperation({ kind: 'admission' })),
    'seat.record-not-approved',
    false,
  ],
  [
    'a partner with a record for another scenario [SEAT-04]',
    partnerFacts(cooperation({ scenarioIds: ['other'] })),
    'seat.record-other-scenario',
    false,
  ],
  ['a partner whose record ended [AUTH-30]', partnerFacts(cooperation({ until: noon })), 'seat.record-ended', true],
];

describe('the conditions of a seat', () => {
  it('all hold for the sample seat, each with its evidence [SEAT-02]', () => {
    expect(firstLapse(facts(), noon)).toBeUndefined();
    expect(verdicts(facts(), noon).map(({ condition }) => condition)).toEqual(conditionNames);
    expect(verdicts(facts(), noon)[0]).toMatchObject({ holds: true, evidence: { ref: 'verification-1' } });
    expect(firstLapse(partnerFacts(cooperation()), noon)).toBeUndefined();
  });

  it.each(cases)('name %s', (_what, given, code, final) => {
    expect(firstLapse(given, noon)).toMatchObject({ code, final });
    expect(Object.keys(refusals)).toContain(code);
  });

  it('end a seat on its own last day at 24:00 [SEAT-01]', () => {
    const { until } = facts().seat;
    expect(firstLapse(facts(), addDays(until, -1))).toBeUndefined();
    expect(firstLapse(facts(), until)).toMatchObject({ code: 'seat.term-ended', final: true, lapsedAt: until });
  });

  it('put a lapse that nothing renews before one that can be renewed', () => {
    expect(firstLapse(facts({ ...person({ training: null, affiliation: over }) }), noon)?.condition).toBe('affiliated');
  });

  it('never let a seat work while one of them does not hold [SEAT-03]', () => {
    fc.assert(
      fc.property(
        fc.subarray(
          cases.map(([, given]) => given),
          { minLength: 1 },
        ),
        fc.integer({ min: 0, max: 59 }),
        (broken, days) => {
          const at = addDays(noon, days);
          const mixed = broken.reduce<SeatFacts>((sum, next) => {
            const whole = facts();
            const differs = (Object.keys(next) as (keyof SeatFacts)[]).filter(
              (key) => JSON.stringify(next[key]) !== JSON.stringify(whole[key]),
            );
            return { ...sum, ...Object.fromEntries(differs.map((key) => [key, next[key]])) };
          }, facts());
          const lapse = firstLapse(mixed, at);
          const allHold = seatConditions.every((condition) => condition(mixed, at).holds);
          expect(lapse === undefined).toBe(allHold);
        },
      ),
    );
  });
});
