import { describe, expect, it } from '@jest/globals';
import { classifyColumn } from './classify-column.js';
import { harmless, randomColumns, sensitive, type Random } from '../../../test/support/random-columns.js';

/** Columns whose names say nothing: only their values can. */
const findingsOf = (columns: Readonly<Record<string, (random: Random) => string>>, rounds: number) =>
  randomColumns(columns, rounds).map(({ kind, values, type }) => ({ kind, ...classifyColumn({ name: 'c', type, values }) }));
const kindsOf = (found: readonly { readonly kind: string }[]): readonly string[] => [...new Set(found.map(({ kind }) => kind))];

describe('detection on generated columns without a name', () => {
  it('misses none of a hundred kinds of notation of what points at people [DES-02]', () => {
    const found = findingsOf(sensitive, 6);
    const missed = found.filter(({ type }) => type === 'none');
    expect(kindsOf(missed)).toEqual([]);
    expect(found.length).toBeGreaterThan(300);
  });

  it('leaves what points at nobody alone: 95 of what it finds in a hundred are people’s [DES-03]', () => {
    const found = findingsOf(harmless, 6);
    const wrong = found.filter(({ type }) => type !== 'none');
    expect(kindsOf(wrong.filter(({ confidence }) => confidence === 'certain'))).toEqual([]);
    const right = findingsOf(sensitive, 6).filter(({ type }) => type !== 'none').length;
    expect(right / (right + wrong.length)).toBeGreaterThanOrEqual(0.95);
  });
});
