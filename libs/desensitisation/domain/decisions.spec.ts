import { describe, expect, it } from '@jest/globals';
import type { Plan } from '../contract.js';
import { assertApprovable, assertGranted, planDigest, sameColumns } from './decisions.js';
import { desensitisationAuditActions } from './audit-actions.js';
import { desensitisationRefusals } from './refusals.js';
import { planTransitions } from './states.js';

const facts = { state: 'draft', revision: 2, digest: 'sha256:a', unitId: 'unit', editedBy: 'writer', problems: [] } as const;
const approver = { personId: 'p', organisationIds: ['provider'] };
const seen = { revision: 2, digest: 'sha256:a' };

describe('approving a plan', () => {
  it('is for someone else, of another organisation, and for what they saw [DES-03]', () => {
    expect(() => {
      assertApprovable(facts, approver, seen);
    }).not.toThrow();
    expect(() => {
      assertApprovable({ ...facts, state: 'approved' }, approver, seen);
    }).toThrow('desensitisation.plan-not-draft');
    expect(() => {
      assertApprovable(facts, { ...approver, organisationIds: ['provider', 'unit'] }, seen);
    }).toThrow('desensitisation.approver-of-unit');
    expect(() => {
      assertApprovable(facts, { ...approver, personId: 'writer' }, seen);
    }).toThrow('desensitisation.approver-is-author');
    expect(() => {
      assertApprovable(facts, approver, { ...seen, revision: 1 });
    }).toThrow('desensitisation.plan-changed');
    expect(() => {
      assertApprovable({ ...facts, problems: [{ problem: 'sampling-missing' }] }, approver, seen);
    }).toThrow('desensitisation.plan-faulty');
  });

  it('is bound to the content and to the columns it was drawn up for', () => {
    const plan: Plan = { columns: [], sampling: { rate: 0.1 } };
    const digest = planDigest(plan, [{ name: 'a', type: 'text' }]);
    expect(planDigest({ ...plan, sampling: { rate: 0.2 } }, [{ name: 'a', type: 'text' }])).not.toBe(digest);
    expect(planDigest(plan, [{ name: 'a', type: 'integer' }])).not.toBe(digest);
    expect(sameColumns([{ name: 'a', type: 'text', comment: 'x' }], [{ name: 'a', type: 'text' }])).toBe(true);
    expect(sameColumns([{ name: 'a', type: 'text' }], [{ name: 'a', type: 'date' }])).toBe(false);
  });
});

describe('fields of a run', () => {
  const keep = (column: string) => ({ column, sensitiveType: 'none', grade: 'L1', technique: { kind: 'keep' } }) as const;
  const plan: Plan = { columns: [keep('a'), keep('b'), { ...keep('c'), technique: { kind: 'drop' } }] };
  it('are those that are granted and consented to; a dropped one needs neither [REQ-02] [REQ-07]', () => {
    expect(() => {
      assertGranted(plan, { open: ['a', 'b'], lapsed: ['c'] });
    }).not.toThrow();
    expect(() => {
      assertGranted(plan, { open: ['a'], lapsed: ['b'] });
    }).toThrow('desensitisation.consent-lapsed');
    expect(() => {
      assertGranted(plan, { open: ['a'], lapsed: [] });
    }).toThrow('desensitisation.fields-not-granted');
  });
});

describe('states', () => {
  it('of a plan let what was approved be changed, which then wants approval again', () => {
    expect(planTransitions.approved).toContain('draft');
  });

  it('and words have both languages', () => {
    for (const { zh, en, satisfyZh, satisfyEn } of Object.values(desensitisationRefusals))
      expect([zh, en, satisfyZh, satisfyEn].every((text) => text.length > 3)).toBe(true);
    for (const { zh, en } of Object.values(desensitisationAuditActions)) expect([zh, en].every((text) => text.length > 1)).toBe(true);
  });
});
