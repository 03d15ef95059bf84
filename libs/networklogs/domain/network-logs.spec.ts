import { addMonths, addMs, logsKeptUntil, newId } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cutsBetween, gapsOf, hourAfter, type Interval, type Source, uncovered, writtenUntil } from './coverage.js';
import type { NetworkEvent } from './network-event.js';
import { chainFaults, type ChainLink, contentDigest, segmentDigest, type SegmentHeader, segmentLines } from './segment.js';

const start = '2026-11-21T08:00:00.000Z';
const instants = fc.integer({ min: 0, max: 2_000_000_000 }).map((ms) => addMs(start, ms));

describe('keeping network logs', () => {
  it('lasts 6 months from the later of record and termination [LOG-01]', () => {
    expect(logsKeptUntil(start, null, 6)).toBe('2027-05-21T08:00:00.000Z');
    expect(logsKeptUntil(start, '2027-03-31T10:00:00.000Z', 6)).toBe('2027-09-30T10:00:00.000Z');
    expect(logsKeptUntil(start, '2026-01-01T00:00:00.000Z', 6)).toBe('2027-05-21T08:00:00.000Z');
  });

  it('never gets shorter by a termination or by more months [LOG-01]', () => {
    fc.assert(
      fc.property(instants, instants, fc.integer({ min: 6, max: 60 }), fc.nat(60), (hourEnd, terminated, months, more) => {
        const before = logsKeptUntil(hourEnd, null, months);
        const after = logsKeptUntil(hourEnd, terminated, months);
        expect(after >= before).toBe(true);
        expect(after >= addMonths(terminated, months)).toBe(true);
        expect(logsKeptUntil(hourEnd, terminated, months + more) >= after).toBe(true);
      }),
    );
  });
});

describe('gaps of an hour', () => {
  const hour: Interval = { from: start, until: hourAfter(start) };
  const at = (minutes: number) => addMs(start, minutes * 60_000);

  it('are the parts in which no source was watching [LOG-03]', () => {
    const watched = [
      { from: at(-10), until: at(10) },
      { from: at(20), until: at(40) },
      { from: at(30), until: at(50) },
    ];
    expect(uncovered(hour, watched, 0)).toEqual([
      { from: at(10), until: at(20) },
      { from: at(50), until: at(60) },
    ]);
    expect(uncovered(hour, [], 0)).toEqual([hour]);
    expect(uncovered(hour, [{ from: at(-1), until: at(61) }], 0)).toEqual([]);
  });

  it('are not a short pause between two that watched, but any time before the first and after the last', () => {
    const around = (from: number, until: number) => [
      { from: at(0), until: at(from) },
      { from: at(until), until: at(60) },
    ];
    expect(uncovered(hour, around(30, 32), 120_000)).toEqual([]);
    expect(uncovered(hour, around(30, 33), 120_000)).toEqual([{ from: at(30), until: at(33) }]);
    expect(uncovered(hour, [{ from: at(1), until: at(59) }], 120_000)).toEqual([
      { from: at(0), until: at(1) },
      { from: at(59), until: at(60) },
    ]);
  });

  it('and what was watched make up the hour, nothing twice and nothing left out', () => {
    const interval = fc
      .tuple(fc.integer({ min: -30, max: 90 }), fc.nat(60))
      .map(([from, length]) => ({ from: at(from), until: at(from + length) }));
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 6 }), (watched) => {
        const gaps = uncovered(hour, watched, 0);
        for (let minute = 0; minute < 60; minute += 1) {
          const moment = addMs(at(minute), 30_000);
          const inside = ({ from, until }: Interval) => from <= moment && moment < until;
          expect(gaps.filter(inside).length).toBe(watched.some(inside) ? 0 : 1);
        }
      }),
    );
  });

  it('are looked for span by span, cut at the ends of whole hours', () => {
    expect(cutsBetween(at(30), at(150))).toEqual([at(60), at(120)]);
    expect(cutsBetween(at(0), at(59))).toEqual([]);
    expect(cutsBetween(at(60), at(120))).toEqual([at(120)]);
  });
});

describe('sources of an hour', () => {
  const hour: Interval = { from: start, until: hourAfter(start) };
  const at = (minutes: number) => addMs(start, minutes * 60_000);
  /** What really happened to a source, in minutes: it wrote until `flushed`, and then ended well, fell silent, or lives on. */
  interface Life {
    readonly started: number;
    readonly flushed: number;
    readonly after: number;
    readonly end: 'stopped' | 'absent' | 'living';
  }
  const life: fc.Arbitrary<Life> = fc.record({
    started: fc.integer({ min: -30, max: 70 }),
    flushed: fc.nat(60),
    after: fc.nat(20),
    end: fc.constantFrom('stopped', 'absent', 'living'),
  });
  const sourceOf = ({ started, flushed, after, end }: Life): Source => ({
    startedAt: at(started),
    flushedUntil: at(started + flushed),
    stoppedAt: end === 'stopped' ? at(started + flushed) : null,
    absentAt: end === 'absent' ? at(started + flushed + after) : null,
  });

  it('leave as gaps exactly the minutes of which one of them has not written everything, or that none watched [LOG-03]', () => {
    fc.assert(
      fc.property(fc.array(life, { maxLength: 5 }), (lives) => {
        const gaps = gapsOf(hour, lives.map(sourceOf), 0);
        for (let minute = 0; minute < 60; minute += 1) {
          const wrote = ({ started, flushed }: Life) => minute >= started && minute < started + flushed;
          const owes = ({ started, flushed, after, end }: Life) =>
            minute >= started + flushed && (end === 'living' || (end === 'absent' && minute < started + flushed + after));
          const known = lives.some(wrote) && !lives.some(owes);
          const moment = addMs(at(minute), 30_000);
          expect(gaps.filter(({ from, until }) => from <= moment && moment < until)).toHaveLength(known ? 0 : 1);
        }
        for (const { from, until } of gaps) expect(from < until && from >= hour.from && until <= hour.until).toBe(true);
      }),
    );
  });

  it('leave a gap of stated length when one is killed, although others were watching, and none when it ended well [LOG-03]', () => {
    const other = sourceOf({ started: -5, flushed: 70, after: 0, end: 'living' });
    const killed = sourceOf({ started: 0, flushed: 20, after: 3, end: 'absent' });
    expect(gapsOf(hour, [other, killed], 600_000)).toEqual([{ from: at(20), until: at(23) }]);
    expect(gapsOf(hour, [other, { ...killed, absentAt: null, stoppedAt: at(20) }], 600_000)).toEqual([]);
    expect(gapsOf(hour, [], 4_000_000)).toEqual([hour]);
  });

  it('are sealed up to what the slowest of the living has written', () => {
    const [slow, quick] = [10, 20].map((flushed) => sourceOf({ started: 0, flushed, after: 0, end: 'living' }));
    const gone = sourceOf({ started: 0, flushed: 1, after: 1, end: 'absent' });
    if (slow === undefined || quick === undefined) throw new Error('no sources');
    expect(writtenUntil([quick, gone, slow])).toBe(at(10));
    expect(writtenUntil([gone])).toBeUndefined();
  });
});

describe('the chain of segments', () => {
  const hours = Array.from({ length: 6 }, (_, n) => addMs(start, n * 3_600_000));
  const chain = (): ChainLink[] => {
    let previous: ChainLink['digest'] | null = null;
    return hours.map((hour) => {
      const header: SegmentHeader = {
        format: 'opdomain.network-log-segment/v1',
        domainId: null,
        zone: 'control',
        from: hour,
        until: hourAfter(hour),
        events: 1,
        lost: 0,
        gaps: [],
        content: contentDigest(hour),
        previous,
      };
      previous = segmentDigest(header);
      return { header, digest: previous };
    });
  };

  const end = addMs(start, 6 * 3_600_000);

  it('is whole when every hour is there and follows from the one before [LOG-03]', () => {
    expect(chainFaults(chain(), end)).toEqual([]);
  });

  it('names the hour that was taken out or changed [LOG-03]', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.constantFrom('removed', 'recounted'), (at, how) => {
        const links = chain();
        const link = links[at];
        if (link === undefined) return;
        if (how === 'removed') links.splice(at, 1);
        else links[at] = { header: { ...link.header, events: 2 }, digest: link.digest };
        expect(chainFaults(links, end)).toEqual([{ from: link.header.from, fault: how === 'removed' ? 'span-missing' : 'digest-differs' }]);
      }),
    );
  });

  it('shows a segment that was replaced whole, by the one after it [LOG-03]', () => {
    const links = chain();
    const [, second] = links;
    if (second === undefined) throw new Error('no segment');
    const header = { ...second.header, events: 0 };
    links[1] = { header, digest: segmentDigest(header) };
    expect(chainFaults(links, end)).toEqual([{ from: hours[2], fault: 'not-chained' }]);
  });

  it('does not depend on the order in which events came in', () => {
    const event = (n: number): NetworkEvent => ({
      id: newId(n),
      startedAt: addMs(start, n % 3),
      endedAt: null,
      source: 'api',
      domainId: null,
      zone: 'control',
      personId: null,
      unitId: null,
      seatId: null,
      fromAddress: '127.0.0.1',
      fromPort: 1,
      to: 'GET /seats',
      toPort: null,
      protocol: 'http',
      bytesIn: 1,
      bytesOut: 2,
      verdict: 'allowed',
      reason: 'status 200',
    });
    const events = Array.from({ length: 8 }, (_, n) => event(n));
    fc.assert(
      fc.property(fc.shuffledSubarray(events, { minLength: 8, maxLength: 8 }), (shuffled) =>
        expect(contentDigest(segmentLines(shuffled))).toBe(contentDigest(segmentLines(events))),
      ),
    );
  });
});
