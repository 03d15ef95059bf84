import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mayMove, sha256 } from '#kernel';
import { exportStates, exportTransitions, type ExportState } from './export-request.js';
import { bindingDigest, bindingOf, changedSince } from './review-binding.js';
import { isNeeded, openSlots, reviewSlots, type ReviewParty, type ReviewSlot } from './review-slots.js';
import {
  decideReview,
  outcomeOf,
  visibleDecisions,
  type ReviewAnswer,
  type ReviewDecision,
  type ReviewFacts,
  type Reviewer,
} from './review.js';
import { assertReleasable, type ReleaseFacts } from './release.js';
import { defaultExportPolicy } from './policy.js';
import { exportRefusals } from './refusals.js';

const at = '2026-11-21T08:00:00.000Z';
const binding = sha256('binding');
const facts = (change: Partial<ReviewFacts> = {}): ReviewFacts => ({
  requestId: 'request',
  state: 'in-review',
  requesterId: 'requester',
  slots: ['authority', 'any'],
  items: ['item 1', 'item 2'],
  binding,
  decisions: [],
  ...change,
});
const reviewer = (change: Partial<Reviewer> = {}): Reviewer => ({
  personId: 'reviewer',
  grantId: 'grant',
  organisationId: 'bureau',
  party: 'authority',
  ofRequestersUnit: false,
  ...change,
});
const answers = (acceptable = true) => ['item 1', 'item 2'].map((item) => ({ item, acceptable, reason: 'weighed' }));
const yes: ReviewAnswer = { verdict: 'yes', reasons: '', answers: answers(), binding };
const decided = (reviewerId: string, party: ReviewParty, verdict: 'yes' | 'no' = 'yes'): ReviewDecision => ({
  id: reviewerId,
  reviewerId,
  party,
  verdict,
  reasons: '',
  answers: [],
  binding,
  decidedAt: at,
});
const decide = (f = facts(), who = reviewer(), what = yes) => decideReview(f, who, what, { id: 'decision', at });
const refusal = (code: string): unknown => expect.objectContaining({ code });

describe('who reviews', () => {
  it.each<[string, readonly string[], readonly ReviewSlot[]]>([
    ['two, one of the authority, where the profile names the authority', ['authority'], ['authority', 'any']],
    ['the authority also where the profile names nobody', [], ['authority', 'any']],
    ['whoever else the profile names (涞源)', ['data-administration', 'industry-authority'], ['authority', 'industry-authority']],
    ['provider and authority', ['provider'], ['authority', 'provider']],
  ])('are %s [EXP-05]', (_, named, slots) => {
    expect(reviewSlots(named)).toEqual(slots);
  });

  it('fills named places first, so that the second of the authority takes the place for anyone', () => {
    expect(openSlots(['authority', 'any'], ['authority'])).toEqual(['any']);
    expect(openSlots(['authority', 'any'], ['provider'])).toEqual(['authority']);
    expect(isNeeded(['authority', 'any'], ['provider'], 'provider')).toBe(false);
    expect(isNeeded(['authority', 'any'], ['provider'], 'authority')).toBe(true);
  });

  it.each<[string, Parameters<typeof decide>, string]>([
    ['the requester', [facts(), reviewer({ personId: 'requester' })], 'export.reviewer-not-independent'],
    ['a person of the requester’s unit', [facts(), reviewer({ ofRequestersUnit: true })], 'export.reviewer-not-independent'],
    ['someone who decided already', [facts({ decisions: [decided('reviewer', 'provider')] })], 'export.already-reviewed'],
    [
      'a third where the places are filled',
      [facts({ decisions: [decided('b', 'other')] }), reviewer({ party: 'other' })],
      'export.review-not-needed',
    ],
    ['a request that is not in review', [facts({ state: 'approved' })], 'export.not-in-review'],
    ['a version that is no longer there', [facts(), reviewer(), { ...yes, binding: sha256('older') }], 'export.review-outdated'],
    ['an unanswered item', [facts(), reviewer(), { ...yes, answers: answers().slice(1) }], 'export.items-unanswered'],
    [
      'an answer without a reason',
      [facts(), reviewer(), { ...yes, answers: answers().map((one) => ({ ...one, reason: ' ' })) }],
      'export.items-unanswered',
    ],
    ['a no without reasons', [facts(), reviewer(), { ...yes, verdict: 'no' }], 'export.reasons-missing'],
    ['a yes over an unacceptable item', [facts(), reviewer(), { ...yes, answers: answers(false) }], 'export.answers-contradict'],
  ])('refuses %s [ACC-05] [EXP-05] [EXP-06]', (_, args, code) => {
    expect(() => decide(...args)).toThrow(refusal(code));
  });
});

describe('the decision', () => {
  it('needs two, and one no returns it at once [EXP-01]', () => {
    expect(decide().outcome).toBe('open');
    expect(decide(facts({ decisions: [decided('b', 'other')] })).outcome).toBe('approved');
    expect(
      decide(facts({ decisions: [decided('b', 'other')] }), reviewer(), { ...yes, verdict: 'no', reasons: 'too detailed' }).outcome,
    ).toBe('returned');
  });

  it('is not seen by another reviewer while the review is open [EXP-05]', () => {
    const decisions = [decided('a', 'authority'), decided('b', 'other')];
    expect(visibleDecisions('in-review', decisions, 'a')).toEqual([decisions[0]]);
    expect(visibleDecisions('in-review', decisions, 'c')).toEqual([]);
    expect(visibleDecisions('checking', decisions, 'a')).toEqual([decisions[0]]);
    expect(visibleDecisions('returned', decisions, 'c')).toEqual(decisions);
  });

  it('never approves without the authority, with fewer than two, or over a no', () => {
    const parties = fc.constantFrom<ReviewParty>('authority', 'industry-authority', 'provider', 'evaluator', 'other');
    const named = fc.subarray(['authority', 'data-administration', 'industry-authority', 'provider']);
    fc.assert(
      fc.property(named, fc.array(fc.tuple(parties, fc.boolean()), { maxLength: 6 }), (roles, votes) => {
        const decisions = votes.map(([party, agreed], index) => decided(String(index), party, agreed ? 'yes' : 'no'));
        if (outcomeOf(reviewSlots(roles), decisions) !== 'approved') return;
        expect(decisions.length).toBeGreaterThanOrEqual(2);
        expect(decisions.every((one) => one.verdict === 'yes')).toBe(true);
        expect(decisions.some((one) => one.party === 'authority')).toBe(true);
        if (roles.includes('industry-authority')) expect(decisions.some((one) => one.party === 'industry-authority')).toBe(true);
      }),
    );
  });
});

describe('the states', () => {
  it('let nothing out but through checks, review and approval, in this order [EXP-01]', () => {
    const before = (state: ExportState): ExportState[] =>
      exportStates.filter((from) => mayMove<ExportState>(exportTransitions, from, state));
    expect(before('released')).toEqual(['approved']);
    expect(before('approved')).toEqual(['in-review']);
    expect(before('in-review')).toEqual(['checking']);
    expect(before('checking')).toEqual(['quarantined', 'in-review', 'approved']);
  });

  it('end every walk that was blocked, returned or withdrawn without a release', () => {
    const step = fc.integer({ min: 0, max: 20 });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let state: ExportState = 'draft';
        const walked: ExportState[] = [state];
        for (const choice of steps) {
          const next: readonly ExportState[] = exportTransitions[state];
          if (next.length === 0) break;
          state = next[choice % next.length] ?? state;
          walked.push(state);
        }
        const ended = walked.findIndex((one) => ['blocked', 'returned', 'withdrawn'].includes(one));
        if (ended >= 0) expect(walked.slice(ended)).not.toContain('released');
        if (walked.includes('released'))
          expect(walked).toEqual(expect.arrayContaining(['quarantined', 'checking', 'in-review', 'approved']));
      }),
    );
  });

  it('let every state before release be withdrawn', () => {
    const open = exportStates.filter((state) => !['released', 'expired', 'withdrawn'].includes(state));
    for (const state of open) expect([state, mayMove<ExportState>(exportTransitions, state, 'withdrawn')]).toEqual([state, true]);
  });
});

describe('the release', () => {
  const file = { id: 'f', name: 'a.csv', bytes: 3, digest: sha256('abc') };
  const reviewed = bindingOf([file], defaultExportPolicy, { copies: [], files: [] });
  const digest = bindingDigest(reviewed);
  const release = (change: Partial<ReleaseFacts> = {}): ReleaseFacts => ({
    request: {
      id: 'r',
      unitId: 'u',
      scenarioId: 's',
      requesterId: 'requester',
      purpose: 'p',
      recipient: 'x',
      state: 'approved',
      files: [file],
      createdAt: at,
    },
    slots: ['authority', 'any'],
    checks: [{ check: 'type', answer: 'pass', evidence: {}, items: [] }],
    decisions: [decided('a', 'authority'), decided('b', 'other')].map((one) => ({ ...one, binding: digest })),
    reviewed,
    now: reviewed,
    reviewedDigest: digest,
    ...change,
  });
  const third = reviewer({ personId: 'c' });

  it('takes a third person and what was reviewed, and nothing else [EXP-06]', () => {
    expect(() => assertReleasable(release(), third)).not.toThrow();
    const cases: readonly [Partial<ReleaseFacts>, Reviewer, string][] = [
      [{}, reviewer({ personId: 'a' }), 'export.releaser-reviewed'],
      [{}, reviewer({ personId: 'requester' }), 'export.reviewer-not-independent'],
      [{ request: { ...release().request, state: 'in-review' } }, third, 'export.not-approved'],
      [{ decisions: [] }, third, 'export.not-approved'],
      [{ decisions: release().decisions.map((one) => ({ ...one, binding })) }, third, 'export.not-approved'],
      [{ checks: [{ check: 'row-match', answer: 'veto', evidence: {}, items: [] }] }, third, 'export.vetoed'],
      [{ checks: [] }, third, 'export.vetoed'],
    ];
    for (const [change, who, code] of cases) expect(() => assertReleasable(release(change), who)).toThrow(refusal(code));
  });

  it('refuses release when file, policy or lineage changed after the review [EXP-06]', () => {
    const changed = [
      bindingOf([{ ...file, digest: sha256('abd') }], defaultExportPolicy, { copies: [], files: [] }),
      bindingOf([file], { ...defaultExportPolicy, smallCell: 5 }, { copies: [], files: [] }),
      bindingOf([file], defaultExportPolicy, { copies: [{ copyId: 'c', digest: 'd' }], files: [] }),
    ];
    expect(changed.map((now) => changedSince(reviewed, now))).toEqual([['files'], ['policy'], ['lineage']]);
    for (const now of changed) expect(() => assertReleasable(release({ now }), third)).toThrow(refusal('export.review-void'));
  });

  it('has every refusal in both languages', () => {
    for (const [code, text] of Object.entries(exportRefusals)) {
      expect([code, /\p{Script=Han}/u.test(text.zh + text.satisfyZh), /[A-Za-z]/.test(text.en + text.satisfyEn)]).toEqual([
        code,
        true,
        true,
      ]);
    }
  });
});
