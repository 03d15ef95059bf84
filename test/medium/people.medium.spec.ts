import { authorisationsContext } from '#authorisations';
import { datasetsContext } from '#datasets';
import { identityContext } from '#identity';
import { addMs, newId, residentIdCheck, systemClock } from '#kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Cast, days, ok, openCast, someDigest } from '../support/authorised.js';
import { numberOf } from '../support/identity-numbers.js';
import { type Answer, type Caller, type Medium, openMedium } from '../support/medium.js';
import { refused } from '../support/outcomes.js';
import { confirm, propose, proposed } from '../support/role-proposals.js';

let medium: Medium;
let cast: Cast;
beforeAll(async () => {
  medium = await openMedium({ contexts: [identityContext, authorisationsContext, datasetsContext], worker: true });
  cast = await openCast(medium);
});
afterAll(() => medium.close());

describe('a mandate', () => {
  it('begins by the act that gives it, ends after it began, and runs three years at most [EVAL-06]', async () => {
    const evaluator = await medium.person(await medium.organisation('evaluator'), []);
    const mandate = (from: string, until: string) => ({ kind: 'mandate', organisationId: cast.unit, from, until });
    const cases: [string, string, string][] = [
      ['0001-01-01', '9999-12-31', 'identity.backdated'],
      ['2020-01-01', '2020-12-31', 'identity.backdated'],
      [days(-1), days(30), 'identity.backdated'],
      [days(0), '9999-12-31', 'identity.mandate-term'],
      [days(0), days(3 * 366 + 1), 'identity.mandate-term'],
      [days(10), days(9), 'identity.mandate-term'],
    ];
    for (const [from, until, code] of cases) {
      const { status, body } = await propose(medium.security, evaluator, 'evaluator', mandate(from, until));
      // What is no date of ours is refused before.
      if (status !== 400) expect(body).toMatchObject({ code });
    }
    const id = await proposed(medium.security, evaluator, 'evaluator', mandate(days(0), days(3 * 365)));
    ok(await confirm(cast.officer, id));
  });
});

describe('somebody of a vendor', () => {
  it('holds no data role, whichever of role and affiliation begins first or later [ACC-06]', async () => {
    const vendor = await medium.organisation('vendor');
    const scope = { kind: 'unit', organisationId: cast.unit };
    const later = addMs(systemClock.now(), 86_400_000);
    const [first, second] = [await medium.person(cast.unit, []), await medium.person(cast.unit, [])];
    const join = (who: Caller) => medium.operator.post(`/people/${who.personId}/affiliations`, { organisationId: vendor, from: later });
    const grant = (who: Caller, from?: string) =>
      medium.security.post(`/people/${who.personId}/role-grants`, { role: 'unit-developer', scope, from });
    ok(await join(first));
    for (const from of [undefined, addMs(later, 1000)])
      expect(await grant(first, from)).toMatchObject(refused('identity.vendor-role', 403));
    ok(await grant(second, addMs(later, 1000)));
    expect(await join(second)).toMatchObject(refused('identity.vendor-role', 403));
  });
});

describe('one natural person', () => {
  const register = (subject: string): Promise<Answer<{ id: string }>> =>
    medium.operator.post('/people', { name: '李四', issuer: medium.issuer.url, subject, organisationId: cast.unit });

  it('has one account: the same identity is refused by name, also when two register it at once [ACC-04]', async () => {
    const subject = newId();
    const answers = await Promise.all(Array.from({ length: 6 }, () => register(subject)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 201))
      expect(answer.body).toMatchObject({ code: 'identity.subject-taken', status: 409, details: { fields: ['issuer', 'subject'] } });
  });

  it('has one identity number, kept as a keyed digest alone [ACC-04]', async () => {
    const [one, two] = [ok(await register(newId())), ok(await register(newId()))];
    const identityNumber = '33010619900307025X';
    const file = (id: string, number: string): Promise<Answer> =>
      cast.officer.post(`/people/${id}/records`, {
        kind: 'real-name',
        evidenceDigest: someDigest(),
        details: { level: 'L3' },
        identityNumber: number,
      });
    ok(await file(one.id, identityNumber));
    ok(await file(one.id, identityNumber));
    const second = await file(two.id, identityNumber.toLowerCase());
    expect(second.body).toMatchObject({ code: 'identity.same-person', status: 409, details: { fields: ['identityNumber'] } });
    const kept = await medium.sql<{ all: string }>(
      `SELECT (SELECT string_agg(p::text, ' ') FROM identity.people p) || (SELECT string_agg(canonical, ' ') FROM platform.journal) AS all`,
    );
    expect(kept[0]?.all).not.toContain(identityNumber);
  });

  it('has no second account, though the first is locked: without a verified number nobody comes to decide [ACC-04]', async () => {
    const identityNumber = '330106199003070268';
    const verified = { kind: 'real-name', evidenceDigest: someDigest(), details: { level: 'L3' } };
    const [one, two] = [ok(await register(newId())), ok(await register(newId()))];
    const file = (id: string, more: Record<string, unknown>): Promise<Answer> =>
      cast.officer.post(`/people/${id}/records`, { ...verified, ...more });
    ok(await file(one.id, { identityNumber }));
    ok(await medium.security.post(`/people/${one.id}/locks`, { ground: 'incident', reason: '核查' }));
    const propose = { personId: two.id, role: 'export-reviewer', scope: { kind: 'unit', organisationId: cast.unit } };
    expect((await cast.officer.post('/role-proposals', propose)).body).toMatchObject({ code: 'identity.not-verified' });
    const cases: [Record<string, unknown>, string][] = [
      [{}, 'identity.record-incomplete'],
      [{ identityNumber: '330106199003070267' }, 'identity.number-invalid'],
      [
        { kind: 'training', details: { certificate: '1', organiser: '省数据局' }, identityNumber: '110105194912310021' },
        'identity.number-misplaced',
      ],
      [{ identityNumber }, 'identity.same-person'],
    ];
    for (const [more, code] of cases) expect((await file(two.id, more)).body).toMatchObject({ code });
    expect((await cast.officer.post('/role-proposals', propose)).body).toMatchObject({ code: 'identity.not-verified' });
    ok(await file(two.id, { identityNumber: '11010519491231002X' }));
    ok(await cast.officer.post('/role-proposals', propose));
  });

  it('keeps every number once verified: whatever is refiled, withdrawn or locked, no other account ever takes it [ACC-04] [PERS-01]', async () => {
    const file = (id: string, identityNumber: string, numberChange?: string): Promise<Answer> =>
      cast.officer.post(`/people/${id}/records`, {
        ...{ kind: 'real-name', evidenceDigest: someDigest(), details: { level: 'L3' }, identityNumber, numberChange },
      });
    const step = fc.constantFrom('refile', 'change', 'change-back', 'withdraw', 'lock', 'lift');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        const [one, two] = [ok(await register(newId())).id, ok(await register(newId())).id];
        const numbers = [numberOf(newId())];
        let [current, lock] = [numbers[0] as string, ''];
        ok(await file(one, current));
        for (const taken of steps) {
          if (taken === 'refile') expect(await file(one, numberOf(newId()))).toMatchObject(refused('identity.number-differs', 409));
          if (taken === 'change' || taken === 'change-back') {
            const next = taken === 'change' ? numberOf(newId()) : (numbers[0] as string);
            const answer = await file(one, next, '号码更正');
            if (lock !== '' && next !== current) expect(answer).toMatchObject(refused('identity.person-locked', 403));
            else {
              ok(answer);
              numbers.push(next);
              current = next;
            }
          }
          if (taken === 'withdraw') {
            const { records } = ok(await cast.officer.get<{ records: { id: string; withdrawn: boolean }[] }>(`/people/${one}`));
            const standing = records.find(({ withdrawn }) => !withdrawn);
            if (standing !== undefined) ok(await cast.officer.post(`/people/${one}/records/${standing.id}/withdrawals`));
          }
          if (taken === 'lock' && lock === '')
            lock = ok(await medium.security.post<{ id: string }>(`/people/${one}/locks`, { ground: 'incident', reason: '核查' })).id;
          if (taken === 'lift' && lock !== '') {
            ok(await cast.officer.post(`/people/${one}/locks/${lock}/lifts`, { reason: '核查完毕' }));
            lock = '';
          }
        }
        for (const number of numbers)
          for (const change of [undefined, '号码更正'])
            expect(await file(two, number, change)).toMatchObject(refused('identity.same-person', 409));
        ok(await file(two, numberOf(newId())));
        expect(await file(two, numbers[0] as string, '号码更正')).toMatchObject(refused('identity.same-person', 409));
      }),
      { numRuns: 12 },
    );
  });

  it('is verified first by the security administrator where nobody stands above yet, who changes and files nothing else', async () => {
    const { id } = ok(await register(newId()));
    const file = (kind: string, details: Record<string, string>, identityNumber?: string): Promise<Answer> =>
      medium.security.post(`/people/${id}/records`, { kind, evidenceDigest: someDigest(), details, identityNumber });
    const notFirst = refused('identity.verification-not-first', 403);
    expect(await file('training', { certificate: '1', organiser: '省数据局' })).toMatchObject(notFirst);
    ok(await file('real-name', { level: 'L3' }, `11010519900101123${residentIdCheck('11010519900101123')}`));
    expect(await file('real-name', { level: 'L3' }, '11010519491231002X')).toMatchObject(notFirst);
  });

  it('registers an organisation once: the same credit code is refused by name', async () => {
    const body = { kind: 'evaluator', name: '评估机构', creditCode: '91330000000000008Y' };
    ok(await medium.operator.post('/organisations', body));
    expect((await medium.operator.post('/organisations', body)).body).toMatchObject({
      code: 'organisation.code-taken',
      details: { fields: ['credit_code'] },
    });
  });
});
