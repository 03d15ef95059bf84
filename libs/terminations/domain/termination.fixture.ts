import { addDays, addMs, type HeldItem, sha256 } from '#kernel';
import type { CertificateFacts } from './certificate.js';
import type { Confirmation } from './confirmations.js';
import type { ExitItem } from './exits.js';
import type { Inventory } from './inventory.js';
import type { LegalHold } from './legal-hold.js';
import type { Termination } from './termination.js';

export const noon = '2026-03-02T04:00:00.000Z';
export const later = (ms: number): string => addMs(noon, ms);

export const confirmations: readonly Confirmation[] = [
  { role: 'authority', personId: 'person-a', at: noon },
  { role: 'security-admin', personId: 'person-s', at: noon },
];
export const decision = { reference: '数管〔2026〕3号', fileDigest: sha256('file'), decidedOn: '2026-03-02', incidentNumber: null };

export const termination = (more: Partial<Termination> = {}): Termination => ({
  id: 'termination-1',
  authorisationId: 'authorisation-1',
  unitId: 'unit-1',
  domainId: 'domain-1',
  scope: { kind: 'authorisation' },
  scenarioIds: ['scenario-1'],
  ground: 'policy-change',
  decision,
  state: 'inventoried',
  heldFrom: null,
  openedBy: 'person-a',
  openedAt: noon,
  confirmations,
  destroyBy: addDays(noon, 30),
  ...more,
});

export const exit = (more: Partial<ExitItem> = {}): ExitItem => ({
  id: 'exit-1',
  kind: 'export-result',
  ref: 'result-1',
  scenarioId: 'scenario-1',
  decision: 'destroy',
  decidedBy: 'person-a',
  decidedAt: noon,
  carriedBy: null,
  carriedOut: false,
  ...more,
});

export const hold = (more: Partial<LegalHold> = {}): LegalHold => ({
  id: 'hold-1',
  target: { kind: 'scenario', id: 'scenario-1' },
  orderedBy: '市公安局',
  reference: '公网安〔2026〕7号',
  reason: '案件调查',
  from: noon,
  until: null,
  liftedAt: null,
  ...more,
});

export const key: HeldItem = { view: 'stores', kind: 'key', ref: 'scenario/1' };
export const object: HeldItem = { view: 'stores', kind: 'object', ref: 'scenarios/1/data', sealedBy: 'scenario/1' };
export const row: HeldItem = { view: 'database', kind: 'row', ref: 'datasets.dataset_copies 1' };
export const inventory = (items: readonly HeldItem[] = [key, object, row]): Inventory => ({
  takenAt: noon,
  items,
  differences: [],
  failures: [],
});

const attempt = { holding: 'canaries' as const, how: 'read the canary object' };
const decryption = { holding: 'keys' as const, how: 'decrypt the kept sample' };

/** A case of which nothing is left. */
export const done = (more: Partial<CertificateFacts> = {}): CertificateFacts => ({
  terminationId: 'termination-1',
  authorisationId: 'authorisation-1',
  unitId: 'unit-1',
  domainId: 'domain-1',
  scope: { kind: 'authorisation' },
  scenarioIds: ['scenario-1'],
  ground: 'policy-change',
  decision,
  openedAt: noon,
  confirmations,
  closing: { receiptDigest: sha256('receipt'), complete: true, open: [] },
  exits: [exit()],
  holds: [],
  inventory: inventory(),
  holdings: ['canaries', 'keys'],
  outcomes: [
    { holding: 'canaries', order: 'data', left: [], failure: null },
    { holding: 'keys', order: 'keys', left: [], failure: null },
  ],
  keysDestroyedAt: later(2000),
  recoveryBefore: [
    { ...attempt, at: later(500), outcome: 'recovered', answer: '32 bytes', store: 'bucket' },
    { ...decryption, at: later(500), outcome: 'recovered', answer: 'decrypted', store: 'vault' },
  ],
  recoveryAfter: [
    { ...attempt, at: later(3000), outcome: 'gone', answer: 'NoSuchKey', store: 'bucket' },
    { ...decryption, at: later(3000), outcome: 'gone', answer: 'keys.destroyed', store: 'vault' },
  ],
  unreachable: [{ what: 'node disks', why: 'outside the platform' }],
  logsKeptUntil: '2026-09-02T04:00:00.000Z',
  retryAt: later(3_600_000),
  ...more,
});
