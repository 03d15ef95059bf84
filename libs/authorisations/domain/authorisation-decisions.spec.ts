import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  activation,
  agreement,
  allVote,
  authority,
  digest,
  draft,
  id,
  inForce,
  now,
  plan,
  registered,
  signed,
  stagesOf,
  today,
  zhejiang,
} from '../../../test/fixtures/authorisations.js';
import { commonItems } from './agreement-items.js';
import { agreementDigest } from './agreement.js';
import {
  checkPublicity,
  decideObjection,
  decideObjectionAnswer,
  decidePublication,
  decideReturn,
  decideSubmission,
} from './application-decisions.js';
import type { Authorisation, Publicity } from './authorisation.js';
import { type ActivationFacts, decideEntryIntoForce, decideExpiry, decideSigning, decideTermination } from './authorisation-decisions.js';
import { resolveProfile } from './jurisdictions/resolve.js';
import type { Bodies } from './parties.js';
import { refuse } from './refusals.js';
import { authorisationStates } from './authorisation.states.js';
import { assertRenewable, checkRenewal, renewalWindow } from './term.js';

const submit = (change: Partial<Authorisation>, profile = zhejiang) =>
  decideSubmission({ ...draft, ...change }, profile, registered, null, now);
const laiyuan = resolveProfile('laiyuan', today);
const enter = (facts: Partial<ActivationFacts>, change: Partial<Authorisation> = {}) =>
  decideEntryIntoForce({ ...signed, ...change }, { ...activation, ...facts }, now);

describe('application', () => {
  it('is submitted with its four kinds of files, each revision judged anew [AUTH-02]', () => {
    expect(submit({})).toMatchObject({ state: 'submitted', revision: 1 });
    expect(() => submit({ files: draft.files.slice(1) })).toThrow(refuse('authorisation.files-missing'));
    const old = draft.files.map((file) => ({ ...file, periodEnd: '2025-05-01' }));
    expect(() => submit({ files: old })).toThrow(refuse('authorisation.file-outdated'));
  });

  it('is refused without a field, a right, a complete grant mode [AUTH-32] [AUTH-24] [META-03]', () => {
    expect(() => submit({ field: ' ' })).toThrow('authorisation.field-missing');
    expect(() => submit({ rights: [] })).toThrow('authorisation.right-missing');
    expect(() => submit({ grantMode: null })).toThrow('authorisation.grant-mode-incomplete');
    expect(() => submit({ grantMode: { mode: 'free', purpose: 'industry', conditions: 'x', valuation: 'y' } })).toThrow(
      'authorisation.free-for-industry',
    );
  });

  it('is refused for more than three years, but by a recorded exception where the profile permits one [AUTH-15]', () => {
    const term = { from: '2026-06-01', until: '2029-06-02' };
    const termException = { decision: '政办函〔2026〕3号', digest: digest('decision') };
    expect(() => submit({ term })).toThrow('authorisation.term-too-long');
    expect(submit({ term, termException })).toMatchObject({ state: 'submitted' });
    expect(() => submit({ term, termException }, resolveProfile('binzhou', today))).toThrow('authorisation.term-too-long');
  });

  it('is refused under a profile that is a draft [ADM-04]', () => {
    expect(() => submit({}, laiyuan)).toThrow('profile.is-draft');
  });

  it('needs a registered body for each stage of the text, and another organisation for each [AUTH-09]', () => {
    const submitWith = (bodies: Bodies, profile = zhejiang) => decideSubmission(draft, profile, bodies, null, now);
    const { government: _, 'expert-panel': panel, ...others } = registered;
    expect(() => submitWith(others)).toThrow(
      refuse('stage-body.missing', { parties: ['expert-panel', 'government'], authorityId: authority }),
    );
    if (panel) expect(() => submitWith({ ...registered, government: panel })).toThrow(refuse('approval.same-body'));
    const itself = { organisationId: authority, bodyId: id(164) };
    expect(() => submitWith({ ...registered, 'coordination-body': itself })).toThrow(refuse('approval.same-body'));
    expect(Object.keys((submitWith(registered) as Authorisation).bodies)).toEqual(['expert-panel', 'coordination-body', 'government']);
    expect(Object.keys((submitWith(registered, resolveProfile('binzhou', today)) as Authorisation).bodies)).not.toContain(
      'coordination-body',
    );
  });

  it('is refused under a text that another replaced, while what was signed keeps its terms [ADM-04]', () => {
    const text = { profile: 'zhejiang', title: '新办法', dated: '2025-09-01', from: today, source: '公报' } as const;
    const replaced = resolveProfile('zhejiang', today, [], undefined, [text]);
    expect(() => submit({}, replaced)).toThrow(refuse('profile.superseded'));
    expect(() => submit({}, resolveProfile('zhejiang', today, [], undefined, [{ ...text, from: '2026-06-11' }]))).not.toThrow();
    expect(replaced.rules).toEqual(zhejiang.rules);
  });

  it('lapses when a returned one is not completed in time [AUTH-03]', () => {
    const returned = decideReturn({ ...draft, state: 'reviewing' }, { reasons: '缺审计报告', due: '2026-06-12' }, now);
    expect(decideSubmission({ ...draft, ...returned }, zhejiang, registered, null, '2026-06-12T15:59:00.000Z')).toMatchObject({
      state: 'submitted',
    });
    expect(() => decideSubmission({ ...draft, ...returned }, zhejiang, registered, null, '2026-06-12T16:00:00.000Z')).toThrow(
      'authorisation.lapsed',
    );
  });

  it('is publicised only with every stage passed on this very revision [AUTH-09]', () => {
    const reviewing: Authorisation = { ...draft, state: 'reviewing', revision: 1 };
    const publicity = { link: 'https://example.cn/gs/1', from: today, until: null };
    expect(() => decidePublication(reviewing, zhejiang, stagesOf(reviewing), publicity)).toThrow('authorisation.stages-open');
    expect(() => decidePublication({ ...reviewing, field: '医疗' }, zhejiang, allVote(stagesOf(reviewing)), publicity)).toThrow(
      'authorisation.stages-open',
    );
    expect(decidePublication(reviewing, zhejiang, allVote(stagesOf(reviewing)), publicity)).toMatchObject({ state: 'publicised' });
    const binzhou = resolveProfile('binzhou', today);
    expect(() => decidePublication(reviewing, binzhou, allVote(stagesOf(reviewing, binzhou)), publicity)).toThrow(
      'authorisation.publicity-period-missing',
    );
  });

  it('keeps signing locked until the publicity period ended and every objection was answered [AUTH-10]', () => {
    const publicity: Publicity = { link: 'x', from: today, until: '2026-06-15', objections: [] };
    expect(() => {
      checkPublicity(publicity, now);
    }).toThrow('authorisation.publicity-running');
    const objected = decideObjection({ ...signed, state: 'publicised', publicity }, { number: '异-1', raisedOn: today, answeredOn: null });
    const later = '2026-06-16T00:00:00.000Z';
    expect(() => {
      checkPublicity(objected.publicity ?? null, later);
    }).toThrow('authorisation.objections-open');
    const answered = decideObjectionAnswer({ ...signed, state: 'publicised', ...objected }, '异-1', '2026-06-15');
    expect(() => {
      checkPublicity(answered.publicity ?? null, later);
    }).not.toThrow();
  });
});

describe('signing', () => {
  const publicised: Authorisation = { ...signed, state: 'publicised', publicity: { link: 'x', from: today, until: null, objections: [] } };
  const facts = { profile: zhejiang, approval: allVote(stagesOf(publicised)), agreement, years: [] };

  it('needs every mandatory item, the scan, the registered seal and the government’s consent [AUTH-13] [ADM-05] [AUTH-25]', () => {
    for (const key of commonItems) {
      const less = { ...agreement, items: { ...agreement.items, [key]: ' ' } };
      expect(() => decideSigning(publicised, { ...facts, agreement: less }, today, now)).toThrow('agreement.items-missing');
    }
    const sign = (change: Partial<typeof agreement>) => () =>
      decideSigning(publicised, { ...facts, agreement: { ...agreement, ...change } }, today, now);
    expect(sign({ scan: null })).toThrow('agreement.scan-missing');
    expect(sign({ seal: null })).toThrow('agreement.seal-unregistered');
    expect(sign({ governmentApproval: null })).toThrow('agreement.no-government-approval');
    expect(() => decideSigning(publicised, { ...facts, agreement: undefined }, today, now)).toThrow('agreement.items-missing');
  });

  it('freezes the profile and opens the provincial filing without a deadline [AUTH-11] [ADM-04]', () => {
    const { change, filings } = decideSigning(publicised, facts, today, now);
    expect(change).toMatchObject({ state: 'signed', signedUnder: ['zhejiang@1'], signedOn: today });
    expect(filings).toEqual([{ kind: 'province', deadline: null, receipt: null }]);
  });

  it('waits for departments that must answer exactly this text, where the profile consults them [AUTH-14]', () => {
    const profile = { ...zhejiang, rules: { ...zhejiang.rules, consultation: laiyuan.rules.consultation } };
    const consulted = { department: '县发改局', digest: agreementDigest(agreement.items), answeredOn: today };
    const sign = (change: Partial<typeof agreement>) => () =>
      decideSigning(publicised, { ...facts, profile, agreement: { ...agreement, ...change } }, today, now);
    expect(sign({})).toThrow('agreement.consultation-missing');
    expect(sign({ consultations: [{ ...consulted, digest: digest('older') }], collectiveDecision: '纪要1' })).toThrow(
      'agreement.consultation-missing',
    );
    expect(sign({ consultations: [consulted] })).toThrow('agreement.no-collective-decision');
    expect(sign({ consultations: [consulted], collectiveDecision: '纪要1' })).not.toThrow();
  });
});

describe('entry into force', () => {
  it('is refused without a valid emergency plan, and given with one [EMG-01]', () => {
    for (const none of [
      undefined,
      { ...plan, state: 'draft' as const },
      { ...plan, state: 'withdrawn' as const },
      { ...plan, expiresOn: '2026-06-09' },
    ]) {
      expect(() => enter({ plan: none })).toThrow('authorisation.no-emergency-plan');
    }
    expect(enter({})).toEqual({ state: 'in-force', inForceSince: now });
  });

  it('is refused with a stage open, a missing item, outside the term, without commitment or security lead [AUTH-09] [AUTH-13] [AUTH-15] [AUTH-31] [PERS-06]', () => {
    expect(() => enter({ approval: stagesOf(signed) })).toThrow('authorisation.stages-open');
    expect(() => enter({ agreement: { ...agreement, items: {} } })).toThrow('agreement.items-missing');
    expect(() => decideEntryIntoForce(signed, activation, '2026-05-31T15:59:59.000Z')).toThrow('authorisation.outside-term');
    expect(() => enter({ securityLead: false })).toThrow('authorisation.no-security-lead');
    const files = signed.files.filter((file) => file.kind !== 'security-commitment');
    const without = { ...signed, files };
    expect(() => decideEntryIntoForce(without, { ...activation, approval: allVote(stagesOf(without)) }, now)).toThrow(
      'authorisation.commitment-missing',
    );
  });

  it('is refused above the authority’s ceiling [AUTH-21]', () => {
    const profile = resolveProfile('zhejiang', today, [
      { profile: 'zhejiang', rule: 'unitCeiling', value: 2, from: today, source: '决定1' },
    ]);
    expect(enter({ profile, othersActive: 1 })).toEqual({ state: 'in-force', inForceSince: now });
    expect(() => enter({ profile, othersActive: 2 })).toThrow('authorisation.ceiling-reached');
  });

  it('is never reached without plan, stages, agreement and lead, whatever else holds [EMG-01] [AUTH-09] [AUTH-13]', () => {
    const facts = fc.record({
      plan: fc.option(fc.constant(plan), { nil: undefined }),
      approval: fc.constantFrom(activation.approval, stagesOf(signed), undefined),
      agreement: fc.constantFrom(agreement, { ...agreement, scan: null }, undefined),
      securityLead: fc.boolean(),
      othersActive: fc.nat(3),
    });
    const states = fc.constantFrom<Authorisation['state']>(
      'draft',
      'submitted',
      'reviewing',
      'publicised',
      'signed',
      'suspended',
      'rectifying',
      'expired',
    );
    fc.assert(
      fc.property(facts, states, (each, state) => {
        const whole = each.plan && each.approval?.state === 'approved' && each.agreement?.scan && each.securityLead && state === 'signed';
        let entered = true;
        try {
          decideEntryIntoForce({ ...signed, state }, { ...activation, ...each }, now);
        } catch {
          entered = false;
        }
        expect(entered).toBe(Boolean(whole));
      }),
    );
  });
});

describe('the end of the term', () => {
  const over = '2029-05-31T16:00:00.000Z';

  it('comes at 24:00 in Shanghai by itself, once, whatever the sweep does [TERM-06] [AUTH-15]', () => {
    expect(decideExpiry(inForce, '2029-05-31T15:59:59.999Z')).toBeUndefined();
    const expired = decideExpiry(inForce, over);
    expect(expired).toMatchObject({ state: 'expired', ended: { ground: 'expiry', at: over } });
    expect(decideExpiry({ ...inForce, ...expired }, over)).toBeUndefined();
  });

  it('passes a case under rectification to termination [TERM-06]', () => {
    expect(decideExpiry({ ...inForce, state: 'rectifying' }, over)).toMatchObject({ state: 'terminating' });
  });

  it('opens renewal in the last six months, three in 涞源, and never outside [AUTH-16]', () => {
    expect(renewalWindow(inForce.term, zhejiang)).toEqual({ opens: '2028-11-30', closes: '2029-05-31' });
    expect(renewalWindow(inForce.term, laiyuan)).toEqual({ opens: '2029-02-28', closes: '2029-05-31' });
    const facts = { term: inForce.term, signedUnder: zhejiang, evaluation: { id: 'e', met: true } };
    const submitRenewal = (at: string) => () =>
      decideSubmission(
        { ...draft, term: { from: '2029-06-01', until: '2032-05-31' }, files: draft.files.map((f) => ({ ...f, periodEnd: '2028-12-31' })) },
        zhejiang,
        registered,
        facts,
        at,
      );
    expect(submitRenewal('2028-11-29T00:00:00.000Z')).toThrow('authorisation.renewal-window');
    expect(submitRenewal('2029-06-01T00:00:00.000Z')).toThrow('authorisation.renewal-window');
    expect(submitRenewal('2029-01-01T00:00:00.000Z')).not.toThrow();
  });

  it('renews what stands or will stand again, never what has run out, was ended or never was in force [AUTH-16]', () => {
    const renewable = authorisationStates.filter((state) => {
      try {
        assertRenewable({ id: 'a', state });
        return true;
      } catch (refusal) {
        expect(refusal).toMatchObject({ code: 'authorisation.not-renewable' });
        return false;
      }
    });
    expect(renewable).toEqual(['in-force', 'suspended', 'rectifying']);
  });

  it('weighs the evaluation in a renewal, which extends nothing by itself', () => {
    const facts = { term: inForce.term, signedUnder: zhejiang };
    for (const evaluation of [null, { id: 'e', met: false }]) {
      expect(() => {
        checkRenewal({ ...facts, evaluation }, '2029-01-01T00:00:00.000Z');
      }).toThrow('authorisation.renewal-evaluation');
    }
    expect(decideExpiry(inForce, over)).toMatchObject({ state: 'expired' });
  });

  it('terminates on a coded ground only [TERM-02]', () => {
    expect(() => decideTermination(inForce, 'because', zhejiang, now)).toThrow('authorisation.ground-unknown');
    expect(decideTermination(inForce, 'policy-change', zhejiang, now)).toMatchObject({
      state: 'terminating',
      ended: { ground: 'policy-change', at: now },
    });
  });
});
