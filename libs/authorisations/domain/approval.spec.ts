import { describe, expect, it } from '@jest/globals';
import { digestOf } from '#kernel';
import fc from 'fast-check';
import { applicant, id, now, stagesOf, unit, yes, allVote, signed, authority } from '../../../test/fixtures/authorisations.js';
import { type Approval, type CastVote, covers, decideVote, openApproval, openSlots, slotsInOrder, slotsTogether } from './approval.js';

const open = stagesOf(signed);
const current = open.subject.digest;
const vote = (approval: Approval, cast: CastVote): Approval => ({ ...approval, ...decideVote(approval, cast, current, now) });

describe('approvals', () => {
  it('passes the stages in the order of the profile and refuses to skip one [AUTH-09]', () => {
    expect(openSlots(open).map((slot) => slot.key)).toEqual(['screening']);
    expect(() => vote(open, yes(open, 'coordination'))).toThrow('approval.not-your-turn');
    expect(allVote(open)).toMatchObject({ state: 'approved', votes: [{}, {}, {}, {}] });
  });

  it('ends with a no and keeps its reasons [AUTH-09]', () => {
    expect(() => vote(open, yes(open, 'screening', { verdict: 'no' }))).toThrow('approval.reasons-missing');
    const rejected = vote(open, yes(open, 'screening', { verdict: 'no', reasons: '数据安全能力不足' }));
    expect(rejected).toMatchObject({ state: 'rejected', votes: [{ reasons: '数据安全能力不足' }] });
    expect(openSlots(rejected)).toEqual([]);
    expect(() => vote(rejected, yes(rejected, 'expert-review'))).toThrow('approval.closed');
  });

  it('refuses a vote of who asked, of their organisation, or of anyone tied to it [ACC-05]', () => {
    for (const cast of [{ personId: applicant }, { tiedTo: [unit] }])
      expect(() => vote(open, yes(open, 'screening', cast))).toThrow('approval.self-review');
    expect(() => openApproval({ ...open, slots: [{ key: 'x', step: 0, party: 'authority', organisationId: unit }] })).toThrow(
      'approval.self-review',
    );
  });

  it('counts one person once [ACC-05]', () => {
    const first = vote(open, yes(open, 'screening'));
    const again = yes(first, 'expert-review', { personId: yes(open, 'screening').personId });
    expect(() => vote(first, again)).toThrow('approval.voted-already');
  });

  it('lets only the organisation that holds the slot vote for it', () => {
    expect(() => vote(open, yes(open, 'screening', { organisationId: id(99) }))).toThrow('approval.wrong-organisation');
    expect(() => slotsInOrder([{ key: 'screening', party: 'authority' }], {})).toThrow('approval.party-missing');
  });

  it('is void once the thing it judges has changed, also after it was given [REQ-03]', () => {
    const changed = digestOf('changed');
    expect(decideVote(open, yes(open, 'screening'), changed, now).state).toBe('voided');
    const given = allVote(open);
    expect(decideVote(given, yes(given, 'screening'), changed, now).state).toBe('voided');
    expect(covers(given, 1, current)).toBe(true);
    expect(covers(given, 1, changed)).toBe(false);
    expect(covers(given, 2, current)).toBe(false);
  });

  it('takes no vote on a version that the voter did not see [REQ-03]', () => {
    expect(() => vote(open, yes(open, 'screening', { digest: digestOf('old') }))).toThrow('approval.seen-other-version');
  });

  it('keeps the day of the decision beside the moment of its recording', () => {
    expect(vote(open, yes(open, 'screening', { decidedOn: '2026-06-08' })).votes[0]).toMatchObject({
      decidedOn: '2026-06-08',
      recordedAt: now,
    });
    expect(() => vote(open, yes(open, 'screening', { decidedOn: '2026-06-11' }))).toThrow('deadline.in-the-future');
  });

  it('approves only with every slot said yes by a different, independent person, whatever is tried [ACC-05] [AUTH-27]', () => {
    const parties = ['authority', 'industry-authority', 'operating-unit', 'provider'] as const;
    const acting = Object.fromEntries(parties.map((party, n) => [party, id(20 + n)]));
    const four = openApproval({ ...open, slots: slotsTogether(parties, acting) });
    const attempt = fc.record({
      slot: fc.constantFrom(...parties),
      personId: fc.constantFrom(applicant, ...[31, 32, 33, 34, 35].map(id)),
      organisationId: fc.constantFrom(unit, authority, ...[20, 21, 22, 23].map(id)),
      verdict: fc.constantFrom('yes' as const, 'yes' as const, 'yes' as const, 'no' as const),
    });
    fc.assert(
      fc.property(fc.array(attempt, { maxLength: 60 }), (attempts) => {
        let standing = four;
        for (const each of attempts) {
          try {
            standing = vote(standing, yes(standing, each.slot, { ...each, reasons: 'r' }));
          } catch {
            continue;
          }
        }
        const said = standing.votes.filter((each) => each.verdict === 'yes');
        expect(standing.state === 'approved').toBe(said.length === 4);
        expect(new Set(standing.votes.map((each) => each.personId)).size).toBe(standing.votes.length);
        expect(standing.votes.some((each) => each.personId === applicant || each.organisationId === unit)).toBe(false);
      }),
    );
  });
});
