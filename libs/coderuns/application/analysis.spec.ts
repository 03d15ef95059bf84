import { describe, expect, it } from '@jest/globals';
import { readingLimits } from '../domain/code.js';
import { analyseApart } from './analysis.js';
import { Lanes } from './lanes.js';

const reading = (select: object) => ({
  answer: JSON.stringify({ error: false, statements: [{ node: select }] }),
  sql: 'SELECT',
  inputs: [{ as: 't' }],
  columns: new Map([['t', ['a']]]),
});
const column = { class: 'COLUMN_REF', column_names: ['a'] };
const select = (value: object) => ({ type: 'SELECT_NODE', from_table: { type: 'BASE_TABLE', table_name: 't' }, select_list: [value] });
const nested = (depth: number): object => {
  let inner: object = column;
  for (let i = 0; i < depth; i++) inner = { class: 'WINDOW', children: [inner] };
  return inner;
};

describe('analysis in a thread of its own', () => {
  it('answers what lies within the limits, nested windows of any kind included', async () => {
    expect(await analyseApart(reading(select(nested(300))), 60_000)).toEqual([
      { raw: true, grouped: false, sources: [{ table: 't', column: 'a' }] },
    ]);
  }, 120_000);

  it('refuses what is too deep, too large or too long, by the code that says so', async () => {
    const deep = reading(select(nested(readingLimits.depth)));
    const large = reading({ ...select(column), select_list: Array.from({ length: readingLimits.nodes }, () => column) });
    const refused = { code: 'coderuns.code-too-complex' };
    await expect(analyseApart(deep, 60_000)).rejects.toMatchObject(refused);
    await expect(analyseApart(large, 60_000)).rejects.toMatchObject(refused);
    await expect(analyseApart(reading(select(column)), 0)).rejects.toMatchObject(refused);
  }, 120_000);

  it('passes a refusal on as it is', async () => {
    const other = reading({ ...select(column), from_table: { type: 'BASE_TABLE', table_name: 'u' } });
    await expect(analyseApart(other, 60_000)).rejects.toMatchObject({ code: 'coderuns.unknown-table', details: { table: 'u' } });
  }, 120_000);
});

describe('the lanes of analysis', () => {
  it('let so many through at once, the others in turn, and refuse when too many wait', async () => {
    const lanes = new Lanes(2, 1);
    const ends: (() => void)[] = [];
    const begun: number[] = [];
    const work = (n: number) =>
      lanes.through(() => {
        begun.push(n);
        return new Promise<void>((resolve) => ends.push(resolve));
      });
    const [first, second, third] = [work(1), work(2), work(3)];
    await expect(work(4)).rejects.toMatchObject({ code: 'coderuns.analysis-busy' });
    expect(begun).toEqual([1, 2]);
    ends[0]?.();
    await first;
    await Promise.resolve();
    expect(begun).toEqual([1, 2, 3]);
    for (const end of ends) end();
    await Promise.all([second, third]);
  });
});
