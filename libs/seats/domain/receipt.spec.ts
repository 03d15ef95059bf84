import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addMs, type PathCut } from '#kernel';
import { cutPaths } from './cut-paths.js';
import { assembleReceipt, type CutSubject, type PathReport } from './receipt.js';
import { noon } from './seat.fixture.js';

const subject: CutSubject = {
  cutId: 'cut-1',
  scope: { kind: 'seat', id: 'seat-1' },
  cause: 'revoked',
  committedAt: noon,
  expected: cutPaths,
  absent: ['usb-sticks'],
};
const row = (path: string, more: Partial<PathCut> = {}): PathCut => ({
  path,
  object: '1 open',
  cutAt: addMs(noon, 300),
  closedBy: 'acknowledged',
  probe: { how: 'GET', answer: '401', refused: true, at: addMs(noon, 400) },
  ...more,
});
const good = (path: string): PathReport => ({ path, rows: [row(path)], failure: null });
const all = cutPaths.map(good);
const without = (path: string, ...instead: readonly PathReport[]) => [...all.filter((report) => report.path !== path), ...instead];
const at = addMs(noon, 1000);
const open = (reports: readonly PathReport[]) => assembleReceipt(subject, reports, at).open.map(({ path, reason }) => [path, reason]);

describe('a receipt', () => {
  it('is complete when every path is cut and its probe was refused, with the time it took [SEAT-03]', () => {
    const receipt = assembleReceipt(subject, all, at);
    expect(receipt).toMatchObject({ complete: true, open: [], cutWithinMs: 300, absent: ['usb-sticks'] });
    expect(receipt.paths).toHaveLength(cutPaths.length);
  });

  const probe = row('x').probe;
  it.each<[string, readonly PathReport[], string]>([
    ['nobody reported', [], 'not-reported'],
    ['failed', [{ path: 'key-leases', rows: [], failure: 'key store unreachable' }], 'failed'],
    ['answered with nothing', [{ path: 'key-leases', rows: [], failure: null }], 'no-row'],
    [
      'waits for a lease',
      [{ path: 'key-leases', rows: [row('key-leases', { closedBy: 'lease-expired', cutAt: addMs(at, 1) })], failure: null }],
      'lease-running',
    ],
    [
      'was probed too early',
      [{ path: 'key-leases', rows: [row('key-leases', { probe: { ...probe, at: noon } })], failure: null }],
      'probed-before-cut',
    ],
    [
      'still lets through',
      [{ path: 'key-leases', rows: [row('key-leases', { probe: { ...probe, refused: false } })], failure: null }],
      'probe-passed',
    ],
    ['failed in one of two parts', [good('key-leases'), { path: 'key-leases', rows: [], failure: 'away' }], 'failed'],
  ])('says which path is open: one that %s', (_what, instead, reason) => {
    expect(open(without('key-leases', ...instead))).toEqual([['key-leases', reason]]);
    expect(assembleReceipt(subject, without('key-leases', ...instead), at).cutWithinMs).toBeNull();
  });

  it('counts a path that reports although nobody expected it', () => {
    expect(open([...all, { path: 'usb-sticks', rows: [], failure: 'plugged in' }])).toEqual([['usb-sticks', 'failed']]);
  });

  it('is never complete with an open path, whatever is reported [TERM-01]', () => {
    const instant = fc.integer({ min: 0, max: 2000 }).map((ms) => addMs(noon, ms));
    const anyRow = fc.record({
      path: fc.constant('x'),
      object: fc.constant('o'),
      cutAt: instant,
      closedBy: fc.constantFrom('acknowledged', 'lease-expired', 'nothing-open'),
      probe: fc.record({ how: fc.constant('GET'), answer: fc.constant('a'), refused: fc.boolean(), at: instant }),
    });
    const report = fc.record({
      path: fc.constantFrom(...cutPaths),
      rows: fc.array(anyRow, { maxLength: 2 }),
      failure: fc.option(fc.constant('away'), { freq: 9, nil: null }),
    });
    fc.assert(
      fc.property(fc.array(report), fc.boolean(), (reports, onTop) => {
        const given = onTop ? [...all, ...reports] : reports;
        const receipt = assembleReceipt(subject, given, at);
        const closed = (path: string) => {
          const own = given.filter((candidate) => candidate.path === path);
          const rows = own.flatMap((part) => part.rows);
          const cut = rows.every((r) => r.probe.refused && r.probe.at >= r.cutAt && (r.closedBy !== 'lease-expired' || r.cutAt <= at));
          return own.every((part) => part.failure === null) && rows.length > 0 && cut;
        };
        expect(receipt.complete).toBe(cutPaths.every(closed));
      }),
    );
  });
});
