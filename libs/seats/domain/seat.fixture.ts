import { addDays } from '#kernel';
import type { GrantFacts, Proof, SeatFacts } from './seat-facts.js';

/** A seat of the unit's own developer under which everything holds at `noon`, for at least 60 days. */
export const noon = '2026-03-02T04:00:00.000Z';
export const proof = (ref: string, days = 200): Proof => ({ ref, from: addDays(noon, -30), until: addDays(noon, days) });

export const facts = (more: Partial<SeatFacts> = {}): SeatFacts => ({
  seat: {
    id: 'seat-1',
    state: 'active',
    class: 'own',
    scenarioId: 'scenario-1',
    basis: { kind: 'agreement', id: 'authorisation-1', clause: '第四条' },
    requestedBy: 'manager-1',
    until: addDays(noon, 60),
  },
  person: {
    id: 'person-1',
    identity: { ...proof('verification-1'), until: null, voided: false },
    filing: proof('filing-1'),
    vetting: { ...proof('vetting-1'), passed: true },
    confidentiality: proof('nda-1'),
    training: proof('certificate-1'),
    affiliation: { ...proof('affiliation-1'), until: null },
    lock: null,
  },
  scenario: { ...proof('scenario-1'), approved: true, ended: false },
  authorisation: { ...proof('authorisation-1'), phase: 'in-force', processingRight: true },
  record: null,
  suspensions: [],
  ...more,
});

export const inState = (state: SeatFacts['seat']['state'], more: Partial<SeatFacts> = {}): SeatFacts => {
  const base = facts(more);
  return { ...base, seat: { ...base.seat, state } };
};

export const person = (more: Partial<SeatFacts['person']>): Partial<SeatFacts> => ({ person: { ...facts().person, ...more } });

export const partnerFacts = (record: SeatFacts['record'], more: Partial<SeatFacts> = {}): SeatFacts => {
  const base = facts(more);
  return { ...base, record, seat: { ...base.seat, class: 'partner', basis: { kind: 'cooperation', id: 'record-1', clause: '技术服务' } } };
};
export const cooperation = (more: Partial<NonNullable<SeatFacts['record']>> = {}): NonNullable<SeatFacts['record']> => ({
  ...proof('record-1', 40),
  kind: 'cooperation',
  approved: true,
  scenarioIds: ['scenario-1'],
  ...more,
});

export const grantFacts = (more: Partial<GrantFacts> = {}): GrantFacts => ({
  quota: { limit: 2, taken: 1 },
  stops: [],
  deciderId: 'authority-person',
  deciderOrganisations: ['authority'],
  applicantOrganisations: ['unit-1'],
  ...more,
});
