import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { readingLimits } from '../domain/code.js';
import { analyseApart } from './analysis.js';
import { Lanes, type LaneLimits } from './lanes.js';

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

const childrenOfOurs = (): number[] =>
  readdirSync('/proc/self/task').flatMap((task) =>
    readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );

describe('analysis in a process of its own', () => {
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

  it('refuses when its process dies, whatever of, and the process that asked goes on', async () => {
    const before = new Set(childrenOfOurs());
    const asked = expect(analyseApart(reading(select(nested(300))), 60_000)).rejects.toMatchObject({ code: 'coderuns.code-too-complex' });
    const [pid] = childrenOfOurs().filter((child) => !before.has(child));
    process.kill(pid ?? Number.NaN, 'SIGTRAP');
    await asked;
    expect(await analyseApart(reading(select(column)), 60_000)).toHaveLength(1);
  }, 120_000);
});

describe('the lanes of analysis', () => {
  const limits = { atOnce: 2, waiting: 8, waitingPerPerson: 2, waitingPerUnit: 3 };
  /** Lanes in which work lasts until it is told to end. */
  function lanesOf(more: Partial<LaneLimits> = {}) {
    const lanes = new Lanes({ ...limits, ...more });
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    const work = (who: string, name: string): Promise<void> =>
      lanes.through({ person: who, unit: who.slice(0, 1) }, () => {
        begun.push(name);
        return new Promise<void>((resolve) => ends.set(name, resolve));
      });
    return { begun, ends, work };
  }
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

  it('let so many through at once, the others in turn, and refuse when too many wait', async () => {
    const { begun, ends, work } = lanesOf({ waiting: 1 });
    const [first, second, third] = [work('a1', '1'), work('b1', '2'), work('c1', '3')];
    await expect(work('d1', '4')).rejects.toMatchObject({ code: 'coderuns.analysis-busy' });
    expect(begun).toEqual(['1', '2']);
    ends.get('1')?.();
    await first;
    await settled();
    expect(begun).toEqual(['1', '2', '3']);
    for (const end of ends.values()) end();
    await Promise.all([second, third]);
  });

  it('serve a second unit at once while the first holds all that it may have', async () => {
    const { begun, ends, work } = lanesOf();
    const ofFirst = ['1', '2', '3'].map((name) => work('a1', name));
    await expect(work('a1', 'too much')).rejects.toMatchObject({
      code: 'coderuns.analysis-share-full',
      details: { whose: 'person', limit: 3 },
    });
    ofFirst.push(work('a2', '4'));
    await expect(work('a2', 'too much')).rejects.toMatchObject({
      code: 'coderuns.analysis-share-full',
      details: { whose: 'unit', limit: 4 },
    });
    const second = work('b1', 'second');
    await settled();
    expect(begun).toEqual(['1', 'second']);
    for (let ended = 0; ended < 5; ended += 1) {
      for (const end of ends.values()) end();
      await settled();
    }
    await Promise.all([...ofFirst, second]);
    expect(begun).toHaveLength(5);
  });

  it('give the next place to the unit, then to the person, that was served longest ago', async () => {
    const { begun, ends, work } = lanesOf({ atOnce: 1 });
    const all = [work('a1', 'a1'), work('a1', 'a1 again'), work('a2', 'a2'), work('b1', 'b1')];
    for (let ended = 0; ended < 5; ended += 1) {
      for (const end of ends.values()) end();
      await settled();
    }
    await Promise.all(all);
    expect(begun).toEqual(['a1', 'b1', 'a2', 'a1 again']);
  });
});
