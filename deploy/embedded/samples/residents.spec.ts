import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import iconv from 'iconv-lite';
import { stdnum } from 'stdnum';
import { plantedFaults, residentFields, residents } from './residents.js';
import type { PlantedRow } from './residents.js';

const fileOf = (options: Parameters<typeof residents>[0]): { bytes: Buffer; bad: PlantedRow[] } => {
  const bad: PlantedRow[] = [];
  return { bytes: Buffer.concat([...residents(options, (row) => bad.push(row))]), bad };
};
/** A doubled digit counts by the sum of its own digits: 0 2 4 6 8 1 3 5 7 9. */
const luhn = (digits: string): boolean =>
  Array.from(digits)
    .reverse()
    .reduce((sum, digit, at) => sum + Number(at % 2 === 1 ? '0246813579'.charAt(Number(digit)) : digit), 0) %
    10 ===
  0;

describe('sample residents', () => {
  it('are the same bytes for the same seed and others for another', () => {
    const digest = (seed: number): string =>
      createHash('sha256')
        .update(fileOf({ rows: 500, badRows: 7, seed }).bytes)
        .digest('hex');
    expect(digest(1)).toBe(digest(1));
    expect(digest(1)).not.toBe(digest(2));
  });

  it('have fifteen columns with valid identifiers that agree with one another', () => {
    const { bytes } = fileOf({ rows: 2000 });
    const [header, ...rows] = parse(iconv.decode(bytes, 'gb18030'));
    expect(header).toEqual(residentFields.map(({ name }) => name));
    expect(rows).toHaveLength(2000);
    for (const [, name = '', id = '', sex, birth = '', , , card = ''] of rows) {
      expect(name.length).toBeGreaterThan(1);
      expect(stdnum.CN?.ric?.validate(id).isValid).toBe(true);
      expect(id.slice(6, 14)).toBe(birth.replaceAll('-', ''));
      expect(Number(id[16]) % 2 === 0 ? '女' : '男').toBe(sex);
      if (card !== '') expect(luhn(card)).toBe(true);
    }
    expect(rows.some(([, name = '']) => name.includes('·'))).toBe(true);
    expect(rows.some((row) => row[14]?.includes('\n'))).toBe(true);
  });

  it('tell the line and the kind of every planted row', () => {
    const { bytes, bad } = fileOf({ rows: 3000, badRows: 14, encoding: 'utf8' });
    expect(bad.map(({ kind }) => kind)).toEqual([...plantedFaults, ...plantedFaults].map(({ kind }) => kind));
    const lines = bytes.toString('latin1').split('\n');
    for (const { line } of bad) expect(lines[line - 1]).toMatch(/^R\d{9},/);
    expect(bad.every(({ line }) => line > 1 && line < lines.length)).toBe(true);
  });
});
