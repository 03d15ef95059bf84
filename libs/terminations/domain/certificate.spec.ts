import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { HoldingOutcome } from './destruction.js';
import { type CertificateFacts, conclude, remainders, retryAtAfter } from './certificate.js';
import { confirmations, done, exit, hold, inventory, later, noon, object, row } from './termination.fixture.js';

const outcome = (more: Partial<HoldingOutcome>): HoldingOutcome => ({
  holding: 'canaries',
  order: 'data',
  left: [],
  failure: null,
  ...more,
});
const keys = outcome({ holding: 'keys', order: 'keys' });
const [canary, sample] = done().recoveryAfter;
if (!canary || !sample) throw new Error('the fixture has two attempts');

const left: readonly (readonly [string, Partial<CertificateFacts>, string])[] = [
  ['a path is open [TERM-01]', { closing: { ...done().closing, open: ['key-leases'] } }, 'access-open'],
  ['there is no receipt [TERM-01]', { closing: { receiptDigest: null, complete: true, open: [] } }, 'access-open'],
  ['an exit is undecided [TERM-07]', { exits: [exit({ decision: null })] }, 'exit-undecided'],
  ['a release has not left [TERM-07]', { exits: [exit({ decision: 'release', carriedBy: 'export-1' })] }, 'exit-unfinished'],
  [
    'a view could not answer [DEST-01]',
    { inventory: { ...inventory(), failures: [{ source: 'cluster', failure: 'down' }] } },
    'inventory-incomplete',
  ],
  [
    'one person confirmed in both roles [DEST-04]',
    { confirmations: confirmations.map((one) => ({ ...one, personId: 'p' })) },
    'not-confirmed',
  ],
  ['a hold stands [DEST-04]', { holds: [hold()] }, 'held'],
  ['an object is still there [DEST-02]', { outcomes: [outcome({ left: [object] }), keys] }, 'not-destroyed'],
  ['a holding failed [DEST-01]', { outcomes: [outcome({ failure: 'timeout' }), keys] }, 'destruction-failed'],
  ['a holding was not reached [DEST-01]', { outcomes: [keys] }, 'holding-not-asked'],
  ['the keys remain [DEST-02]', { keysDestroyedAt: null }, 'keys-remain'],
  ['a canary could be read [DEST-02]', { recoveryAfter: [{ ...canary, outcome: 'recovered' }, sample] }, 'recovered'],
  [
    'a canary’s store did not answer [DEST-02]',
    { recoveryAfter: [{ ...canary, outcome: 'unknown', answer: 'objects.unreachable', store: null }, sample] },
    'recovery-unknown',
  ],
  ['another store answered for the canary [DEST-02]', { recoveryAfter: [{ ...canary, store: 'other' }, sample] }, 'recovery-unknown'],
  ['a canary had never been read before [DEST-02]', { recoveryBefore: done().recoveryBefore.slice(1) }, 'recovery-unknown'],
  [
    'it was unknown before the destruction whether the canary could be read [DEST-02]',
    { recoveryBefore: done().recoveryBefore.map((one) => ({ ...one, outcome: 'unknown' as const })) },
    'recovery-unknown',
  ],
  ['an attempt that succeeded before was not repeated [DEST-02]', { recoveryAfter: [canary] }, 'recovery-not-attempted'],
  [
    'recovery was attempted before the keys went [DEST-02]',
    { recoveryAfter: [{ ...canary, at: noon }, sample] },
    'recovery-attempted-too-early',
  ],
  ['no attempt had ever succeeded [DEST-02]', { recoveryBefore: [] }, 'no-telling-attempt'],
];

describe('the conclusion of a termination', () => {
  it('is a certificate when nothing is left, with items, methods, times, people and what was unreachable [DEST-03]', () => {
    const certificate = conclude(done(), later(4000));
    expect(certificate).toMatchObject({
      type: 'opdomain.destruction-certificate/v1',
      confirmedBy: confirmations,
      unreachable: [{ what: 'node disks' }],
      networkLogsKeptUntil: '2026-09-02T04:00:00.000Z',
    });
    if (certificate.type !== 'opdomain.destruction-certificate/v1') throw new Error('not a certificate');
    expect(certificate.items.map(({ ref, wording }) => [ref, wording])).toEqual([
      ['scenario/1', 'key-destroyed'],
      ['scenarios/1/data', 'shredded'],
      ['datasets.dataset_copies 1', 'deleted'],
    ]);
  });

  it('calls nothing shredded whose key was not among the destroyed ones', () => {
    const certificate = conclude(done({ inventory: inventory([object, row]) }), later(4000));
    expect(JSON.stringify(certificate)).not.toContain('shredded');
  });

  it.each(left)('is a pending notice when %s', (_what, more, code) => {
    const notice = conclude(done(more), later(4000));
    if (notice.type !== 'opdomain.pending-notice/v1') throw new Error('not a notice');
    expect(notice.left.map((remainder) => remainder.code)).toContain(code);
    expect(notice.retryAt).toBe(done().retryAt);
  });

  it('is tried again soon after the first notice, then after twice as long each time, and never later than is configured', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 86_400 }), fc.integer({ min: 1, max: 14 }), (most, tries) => {
        let previous: object | null = null;
        let at = noon;
        for (let tried = 0; tried < tries; tried += 1) {
          const retryAt = retryAtAfter(previous, at, most);
          expect(Date.parse(retryAt) - Date.parse(at)).toBe(Math.min(15 * 2 ** tried, most) * 1_000);
          previous = conclude(done({ keysDestroyedAt: null, retryAt }), at);
          at = retryAt;
        }
      }),
    );
  });

  it('is never a certificate while anything is left, whatever comes together [DEST-03]', () => {
    fc.assert(
      fc.property(fc.subarray([...left], { minLength: 1 }), (chosen) => {
        const facts = chosen.reduce<CertificateFacts>((sum, [, more]) => ({ ...sum, ...more }), done());
        expect(remainders(facts)).not.toEqual([]);
        expect(conclude(facts, later(4000)).type).toBe('opdomain.pending-notice/v1');
      }),
    );
  });
});
