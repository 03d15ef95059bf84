import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addMs, type GateAnswer, type PathCut, type PathName, pathNames } from '#kernel';
import { gateRows } from './cut-paths.js';
import { askAgainMs, assembleReceipt, type CutSubject, type PathReport, shownBy } from './receipt.js';
import { noon } from './seat.fixture.js';

/** Of no installation. */
const unknownPath = 'usb-sticks' as PathName;
const limits = 'what it does not show';
const subject: CutSubject = {
  cutId: 'cut-1',
  scope: { kind: 'seat', id: 'seat-1' },
  cause: 'revoked',
  committedAt: noon,
  expected: pathNames,
  absent: [unknownPath],
};
const row = (path: PathName, more: Partial<PathCut> = {}): PathCut => ({
  path,
  object: '1 open',
  cutAt: addMs(noon, 300),
  closedBy: 'acknowledged',
  probe: { how: 'GET', answer: '401', refused: true, at: addMs(noon, 400) },
  ...more,
});
const good = (path: PathName): PathReport => ({ path, limits, rows: [row(path)], failure: null });
const all = pathNames.map(good);
const without = (path: string, ...instead: readonly PathReport[]) => [...all.filter((report) => report.path !== path), ...instead];
const at = addMs(noon, 1000);
const open = (reports: readonly PathReport[]) => assembleReceipt(subject, reports, [], at).open.map(({ path, reason }) => [path, reason]);

describe('a receipt', () => {
  it('is complete when every path is cut and its probe was refused, with the time it took [SEAT-03]', () => {
    const receipt = assembleReceipt(subject, all, [], at);
    expect(receipt).toMatchObject({ complete: true, open: [], cutWithinMs: 300, absent: ['usb-sticks'] });
    expect(receipt.paths).toHaveLength(pathNames.length);
  });

  const probe = row('transfers').probe;
  it.each<[string, readonly PathReport[], string]>([
    ['nobody reported', [], 'not-reported'],
    ['failed', [{ path: 'key-leases', limits, rows: [], failure: 'key store unreachable' }], 'failed'],
    ['answered with nothing', [{ path: 'key-leases', limits, rows: [], failure: null }], 'no-row'],
    [
      'waits for a lease',
      [{ path: 'key-leases', limits, rows: [row('key-leases', { closedBy: 'lease-expired', cutAt: addMs(at, 1) })], failure: null }],
      'lease-running',
    ],
    [
      'was probed too early',
      [{ path: 'key-leases', limits, rows: [row('key-leases', { probe: { ...probe, at: noon } })], failure: null }],
      'probed-before-cut',
    ],
    [
      'still lets through',
      [{ path: 'key-leases', limits, rows: [row('key-leases', { probe: { ...probe, refused: false } })], failure: null }],
      'probe-passed',
    ],
    [
      'could not be asked',
      [{ path: 'key-leases', limits, rows: [row('key-leases', { probe: { ...probe, refused: 'unknown' } })], failure: null }],
      'probe-unknown',
    ],
    ['failed in one of two parts', [good('key-leases'), { path: 'key-leases', limits, rows: [], failure: 'away' }], 'failed'],
  ])('says which path is open: one that %s', (_what, instead, reason) => {
    expect(open(without('key-leases', ...instead))).toEqual([['key-leases', reason]]);
    expect(assembleReceipt(subject, without('key-leases', ...instead), [], at).cutWithinMs).toBeNull();
  });

  it('is not complete without a path that is configured, whatever else was composed', () => {
    const composed = all.filter(({ path }) => path !== 'transfers');
    expect(open(composed)).toEqual([['transfers', 'not-reported']]);
    expect(assembleReceipt({ ...subject, expected: pathNames.filter((path) => path !== 'transfers') }, composed, [], at).complete).toBe(
      true,
    );
  });

  it('says what each probe does not show, once, and what was used meanwhile', () => {
    const used = [{ at: noon, person: 'p', action: 'copy.read', object: 'copy/1' }];
    const receipt = assembleReceipt(subject, [...all, good('transfers')], used, at);
    expect(receipt.paths.find(({ path }) => path === 'transfers')?.limits).toEqual([limits]);
    expect(receipt).toMatchObject({ type: 'opdomain.revocation-receipt/v2', used });
  });

  it.each<[string, Partial<GateAnswer>, string[]]>([
    ['that answered nothing', { refused: 'unknown' }, ['probe-unknown']],
    ['that still lets in', { refused: false }, ['probe-passed']],
    ['whose lease has run out', { closedBy: 'lease-expired', at: addMs(noon, 900) }, []],
    ['that refused', {}, []],
  ])('takes a replica %s for what it is', (_what, answer, reasons) => {
    const gate: GateAnswer = {
      replica: 'r at http://127.0.0.1:1',
      before: 'accepted',
      refused: true,
      answer: 'refused',
      closedBy: 'acknowledged',
      at: addMs(noon, 400),
      ...answer,
    };
    const rows = gateRows('transfers', [gate], () => addMs(noon, 100));
    expect(open(without('transfers', { path: 'transfers', limits, rows, failure: null })).map(([, reason]) => reason)).toEqual(reasons);
    expect(rows[0]?.cutAt).toBe(gate.closedBy === 'lease-expired' ? gate.at : addMs(noon, 100));
  });

  it('counts a path that reports although nobody expected it', () => {
    expect(open([...all, { path: unknownPath, limits, rows: [], failure: 'plugged in' }])).toEqual([['usb-sticks', 'failed']]);
  });

  it('is never complete with an open path, whatever is reported [TERM-01]', () => {
    const instant = fc.integer({ min: 0, max: 2000 }).map((ms) => addMs(noon, ms));
    const anyRow = fc.record({
      path: fc.constant<PathName>('transfers'),
      object: fc.constant('o'),
      cutAt: instant,
      closedBy: fc.constantFrom('acknowledged', 'lease-expired', 'nothing-open'),
      probe: fc.record({
        how: fc.constant('GET'),
        answer: fc.constant('a'),
        refused: fc.constantFrom<boolean | 'unknown'>(true, false, 'unknown'),
        at: instant,
      }),
    });
    const report = fc.record({
      path: fc.constantFrom(...pathNames),
      limits: fc.constant(limits),
      rows: fc.array(anyRow, { maxLength: 2 }),
      failure: fc.option(fc.constant('away'), { freq: 9, nil: null }),
    });
    fc.assert(
      fc.property(fc.array(report), fc.boolean(), (reports, onTop) => {
        const given = onTop ? [...all, ...reports] : reports;
        const receipt = assembleReceipt(subject, given, [], at);
        const closed = (path: string) => {
          const own = given.filter((candidate) => candidate.path === path);
          const rows = own.flatMap((part) => part.rows);
          const cut = rows.every(
            (r) => r.probe.refused === true && r.probe.at >= r.cutAt && (r.closedBy !== 'lease-expired' || r.cutAt <= at),
          );
          return own.every((part) => part.failure === null) && rows.length > 0 && cut;
        };
        expect(receipt.complete).toBe(pathNames.every(closed));
      }),
    );
  });
});

describe('what an attempt has shown', () => {
  it('is every report of a closed path and no report of an open one, with the time at which it was first shown', () => {
    fc.assert(
      fc.property(fc.subarray([...pathNames]), (away) => {
        const reports = pathNames.map((path) => (away.includes(path) ? { path, limits, rows: [], failure: 'away' } : good(path)));
        const first = shownBy(assembleReceipt(subject, reports, [], at), reports);
        expect(first.map(({ path }) => path)).toEqual(pathNames.filter((path) => !away.includes(path)));
        const mended = [...first, ...away.map(good)];
        const second = assembleReceipt(subject, mended, [], addMs(at, 500));
        expect(second.complete).toBe(true);
        expect(shownBy(second, mended).filter(({ shownAt }) => shownAt === at)).toEqual(first);
      }),
    );
  });

  it('is never of before the cut: an older probe leaves the path open', () => {
    const early = { cutAt: addMs(noon, -20), probe: { ...row('transfers').probe, at: addMs(noon, -10) } };
    expect(open(without('transfers', { path: 'transfers', limits, rows: [row('transfers', early)], failure: null }))).toEqual([
      ['transfers', 'probed-before-cut'],
    ]);
  });
});

describe('how soon open paths are asked again', () => {
  it('grows from a tenth of a second to one in the first minute, and to half a minute after it', () => {
    expect([0, 500, 2_000, 30_000, 59_999].map(askAgainMs)).toEqual([100, 100, 400, 2_000, 2_000]);
    expect([60_000, 300_000, 86_400_000].map(askAgainMs)).toEqual([6_000, 30_000, 30_000]);
  });
});
