import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { digest, id, inForce, now, unit, zhejiang } from '../../../test/fixtures/authorisations.js';
import { resolveProfile } from './jurisdictions/resolve.js';
import { type Rectification, decideAssessment, decideLift, decideRectificationPlan, decideRectificationReport } from './rectification.js';
import { type ImposeSuspension, type Suspension, decideExtension, decideOverdue, decideSuspension } from './suspension.js';
import { publishedYears } from './working-days.js';

const binzhou = resolveProfile('binzhou', '2026-06-10');
const period = (length: number) => ({ length, unit: 'calendar-days', source: '协议第九条' }) as const;
const command: ImposeSuspension = {
  id: id(600),
  authorisationId: inForce.id,
  unitId: unit,
  ground: 'out-of-scope',
  evidence: [{ what: 'journal', digest: digest('entry') }],
  by: id(12),
  decidedOn: '2026-06-10',
  period: null,
};
const impose = (change: Partial<ImposeSuspension>, profile = binzhou) =>
  decideSuspension({ ...command, ...change }, profile, publishedYears, now);
const imposed = impose({});
const ordered: Rectification = {
  id: id(610),
  suspensionId: imposed.id,
  authorisationId: inForce.id,
  unitId: unit,
  state: 'ordered',
  plan: null,
  steps: [],
  report: null,
  assessment: null,
};
const paper = { digest: digest('paper'), by: id(11), at: now };
const assessed = (verdict: 'passed' | 'failed') => ({ verdict, reasons: '已核实', by: id(12), at: now });

describe('suspensions', () => {
  it('need one coded ground and linked evidence [SUSP-06]', () => {
    expect(() => impose({ ground: 'displeasure' })).toThrow('suspension.ground-unknown');
    expect(() => impose({ evidence: [] })).toThrow('suspension.evidence-missing');
    expect(imposed).toMatchObject({ state: 'imposed', ground: 'out-of-scope', reach: 'domain' });
  });

  it('give thirty calendar days in 滨州, which may be shortened and never lengthened [SUSP-02]', () => {
    expect(imposed.deadline).toMatchObject({ start: '2026-06-10', due: '2026-07-10' });
    expect(impose({ period: period(10) }).deadline.due).toBe('2026-06-20');
    expect(() => impose({ period: period(31) })).toThrow('suspension.period-too-long');
  });

  it('make the authority enter the period where the text has none [SUSP-02]', () => {
    expect(() => impose({}, zhejiang)).toThrow('suspension.period-missing');
    expect(impose({ period: period(45) }, zhejiang).deadline.figure).toEqual(period(45));
    expect(() => impose({ period: { ...period(45), source: '' } }, zhejiang)).toThrow('suspension.period-source-missing');
  });

  it('close only data use after a failed evaluation', () => {
    expect(impose({ ground: 'evaluation-not-met', period: period(10) }, zhejiang).reach).toBe('data-use');
  });

  it('become overdue by themselves, and then only the authority moves them [SUSP-02] [SUSP-04]', () => {
    expect(decideOverdue(imposed, '2026-07-10T15:59:59.000Z')).toBeUndefined();
    const overdue: Suspension = { ...imposed, ...decideOverdue(imposed, '2026-07-10T16:00:00.000Z') };
    expect(overdue.state).toBe('overdue');
    expect(() => decideRectificationPlan(ordered, overdue, paper, ['一'])).toThrow('rectification.overdue');
    const extension = { reason: '主管部门决定', by: id(12), figure: period(5) };
    expect(() => decideExtension(overdue, { ...extension, reason: '' }, publishedYears, now)).toThrow('suspension.reason-missing');
    expect(decideExtension(overdue, extension, publishedYears, '2026-07-12T00:00:00.000Z')).toMatchObject({
      state: 'rectifying',
      deadline: { due: '2026-07-17' },
    });
    expect(() => decideExtension({ ...imposed, state: 'rectifying' }, extension, publishedYears, now)).toThrow();
  });
});

describe('rectification', () => {
  const planned = decideRectificationPlan(ordered, imposed, paper, ['停用越权账号']);
  const rectifying: Suspension = { ...imposed, ...planned.suspension };
  const reported: Rectification = {
    ...ordered,
    ...planned.rectification,
    ...decideRectificationReport({ ...ordered, ...planned.rectification }, rectifying, paper),
  };

  it('is lifted only after a report assessed as passed by another [SUSP-03] [ACC-05]', () => {
    for (const each of [undefined, ordered, reported]) expect(() => decideLift(rectifying, each)).toThrow('suspension.not-assessed');
    const failed = { ...reported, ...decideAssessment(reported, assessed('failed')) };
    expect(() => decideLift(rectifying, failed)).toThrow('suspension.not-assessed');
    expect(() => decideAssessment(reported, { ...assessed('passed'), by: paper.by })).toThrow('rectification.self-assessment');
    expect(decideLift(rectifying, { ...reported, ...decideAssessment(reported, assessed('passed')) })).toEqual({ state: 'lifted' });
  });

  it('may report again after it failed, and a plan without steps is none', () => {
    const failed: Rectification = { ...reported, ...decideAssessment(reported, assessed('failed')) };
    expect(decideRectificationReport(failed, rectifying, paper)).toMatchObject({ state: 'reported', assessment: null });
    expect(() => decideRectificationPlan(ordered, imposed, paper, [])).toThrow('rectification.no-steps');
  });

  it('never lifts without report and passed assessment, whatever is tried in whatever order [SUSP-03]', () => {
    const steps = fc.array(fc.constantFrom('plan', 'report', 'pass', 'fail', 'lift'), { maxLength: 30 });
    fc.assert(
      fc.property(steps, (tried) => {
        let suspension = imposed;
        let rectification = ordered;
        for (const step of tried) {
          try {
            if (step === 'plan') {
              const decision = decideRectificationPlan(rectification, suspension, paper, ['一']);
              rectification = { ...rectification, ...decision.rectification };
              suspension = { ...suspension, ...decision.suspension };
            } else if (step === 'report')
              rectification = { ...rectification, ...decideRectificationReport(rectification, suspension, paper) };
            else if (step === 'lift') suspension = { ...suspension, ...decideLift(suspension, rectification) };
            else rectification = { ...rectification, ...decideAssessment(rectification, assessed(step === 'pass' ? 'passed' : 'failed')) };
          } catch {
            continue;
          }
        }
        if (suspension.state === 'lifted')
          expect(rectification).toMatchObject({ state: 'passed', report: paper, assessment: { verdict: 'passed' } });
      }),
    );
  });
});
