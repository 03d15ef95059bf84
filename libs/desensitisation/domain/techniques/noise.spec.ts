import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addNoise, boundsOf, prepare, releasesOf, type Noise, type Prepared } from './noise.js';

const key = Buffer.from('0123456789abcdef0123456789abcdef');
const noise = fc
  .record({
    epsilon: fc.integer({ min: 10, max: 400 }).map((n) => n / 100),
    bottom: fc.integer({ min: -1_000_000, max: 1_000_000 }),
    sensitivity: fc.integer({ min: 1, max: 10_000_000 }),
    rowsPerSubject: fc.integer({ min: 1, max: 20 }),
  })
  .map((drawn): Noise => ({ kind: 'laplace-noise', subject: 'id', ...drawn }));
const releaseOf = (technique: Noise, copyId = 'copy', subject: 'resident-id' | 'mobile' = 'resident-id', whole = true): Prepared => {
  const column = { column: 'v', sensitiveType: 'none', grade: 'L3', technique } as const;
  const id = { column: 'id', sensitiveType: subject, grade: 'L4', technique: { kind: 'drop' } } as const;
  const [release] = releasesOf({ columns: [column, id] }, copyId);
  if (release === undefined) throw new Error('no release');
  return prepare(release, whole);
};

/** Steps of noise with their probability in draws. */
function distribution(technique: Noise, isWhole: boolean): ReadonlyMap<number, bigint> {
  const { first, bounds } = boundsOf(technique, isWhole);
  return new Map(bounds.map((bound, i) => [first + i, (bounds[i + 1] ?? 1n << 60n) - bound]));
}
const made = (release: Prepared, value: string, row = '1', nth = 1): string | null => addNoise(release, value, { row, nth }, key);

describe('Laplace noise', () => {
  it('is as likely to either side, and a step farther is rarer by no more than ε allows over the whole sensitivity [DES-03]', () => {
    fc.assert(
      fc.property(noise, fc.boolean(), (technique, isWhole) => {
        const shares = distribution(technique, isWhole);
        const most = Math.max(...shares.keys());
        expect([...shares.values()].every((share) => share >= 0n)).toBe(true);
        for (let k = 0; k <= most; k++) expect(shares.get(k)).toBe(shares.get(-k));
        // The steps between the bounds: how many of them make e^ε.
        const steps = Math.log(Number(shares.get(0)) / Number(shares.get(1))) ** -1 * technique.epsilon;
        expect(Math.abs(steps - Math.round(steps))).toBeLessThan(1e-6);
        expect(Math.round(steps)).toBeLessThanOrEqual(40);
        for (let k = 0; k + Math.round(steps) <= most; k++) {
          const [near, far] = [Number(shares.get(k)), Number(shares.get(k + Math.round(steps)))];
          // Beyond that a draw has too few digits to be measured.
          if (far > 1e6) expect(near / far).toBeLessThan(Math.exp(technique.epsilon) * (1 + 1e-5));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('moves values that lie between the bounds, whatever was beyond them, and stays on one grid that all values share [DES-03]', () => {
    const row = fc.nat(1_000_000).map(String);
    fc.assert(
      fc.property(noise, row, fc.integer(), fc.integer({ min: 1, max: 1_000_000 }), (technique, at, value, beyond) => {
        const release = releaseOf(technique);
        const top = technique.bottom + technique.sensitivity;
        expect(made(release, String(top + beyond), at)).toBe(made(release, String(top), at));
        expect(made(release, String(technique.bottom - beyond), at)).toBe(made(release, String(technique.bottom), at));
        const [low, one] = [BigInt(made(release, String(technique.bottom), at) ?? ''), BigInt(made(release, String(value), at) ?? '')];
        const high = BigInt(made(release, String(top), at) ?? '');
        expect(one >= low && one <= high).toBe(true);
        expect(Number(high - low)).toBeGreaterThanOrEqual(technique.sensitivity * 0.9);
      }),
      { numRuns: 60 },
    );
  });

  it('is the same for a row whoever runs it again, and another for every row, delivery, column, subject and parameter, so that nothing averages out', () => {
    const technique: Noise = { kind: 'laplace-noise', subject: 'id', epsilon: 0.5, bottom: 0, sensitivity: 40, rowsPerSubject: 1 };
    const rows = Array.from({ length: 400 }, (_, i) => String(i));
    const drawn = (release: Prepared) => rows.map((row) => made(release, '20', row));
    const release = releaseOf(technique);
    const first = drawn(release);
    expect(drawn(releaseOf({ ...technique }))).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(60);
    const others = [
      releaseOf(technique, 'another copy'),
      releaseOf(technique, 'copy', 'mobile'),
      releaseOf({ ...technique, epsilon: 0.49 }),
      releaseOf({ ...technique, bottom: 1 }),
      releaseOf({ ...technique, sensitivity: 41 }),
      releaseOf({ ...technique, rowsPerSubject: 2 }),
    ];
    for (const other of others) {
      expect(drawn(other).filter((value, i) => value === first[i]).length).toBeLessThan(40);
    }
  });

  it('leaves no value to a row of nobody, nor to more rows of a subject than were counted', () => {
    fc.assert(
      fc.property(noise, fc.integer(), (technique, value) => {
        const release = releaseOf(technique);
        expect(addNoise(release, String(value), { row: '1', nth: undefined }, key)).toBeNull();
        expect(made(release, String(value), '1', technique.rowsPerSubject + 1)).toBeNull();
        expect(made(release, String(value), '1', technique.rowsPerSubject)).not.toBeNull();
      }),
      { numRuns: 40 },
    );
  });

  it('keeps decimals exact: a value on the grid without noise is itself', () => {
    const technique: Noise = { kind: 'laplace-noise', subject: 'id', epsilon: 4, bottom: 0, sensitivity: 0.4, rowsPerSubject: 1 };
    const decimals = releaseOf(technique, 'copy', 'mobile', false);
    const values = Array.from({ length: 200 }, (_, i) => addNoise(decimals, '0.17', { row: String(i), nth: 1 }, key));
    expect(values).toContain('0.1700000000');
    expect(values.every((value) => /^-?\d\.\d\d0{8}$/.test(value ?? ''))).toBe(true);
  });
});
