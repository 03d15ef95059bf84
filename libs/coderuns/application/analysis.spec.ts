import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { readingLimits, type Reading } from '../domain/code.js';
import { listedFor } from '../domain/plan/functions.js';
import { analyseApart } from './analysis.js';
import { Lanes, type LaneLimits } from './lanes.js';

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run('CREATE TEMP TABLE t (a VARCHAR, b BIGINT)');
});
const reading = async (sql: string): Promise<Reading> => ({
  answer: String((await connection.runAndReadAll('SELECT json_serialize_plan($1::VARCHAR)', [sql])).getRows()[0]?.[0]),
  names: await connection.runAndReadAll(sql).then(
    (read) => read.columnNames(),
    () => [],
  ),
  sql,
  engine: listedFor,
  inputs: new Map([['t', ['a', 'b']]]),
  facts: { identifying: new Map(), rule: { threshold: 10, dominanceShare: 0.9, pPercent: 10, degreesOfFreedom: 10 } },
});
const nested = (depth: number): string => Array.from({ length: depth }).reduce<string>((inner) => `abs(${inner})`, 'b');

const childrenOfOurs = (): number[] =>
  readdirSync('/proc/self/task').flatMap((task) =>
    readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );

describe('analysis in a process of its own', () => {
  it('answers what lies within the limits, deeply nested calls included', async () => {
    expect(await analyseApart(await reading(`SELECT ${nested(300)} AS v FROM t`), 60_000)).toMatchObject({
      grain: 'rows',
      derivations: [{ raw: true, grouped: false, sources: [{ table: 't', column: 'b' }] }],
    });
  }, 120_000);

  it('refuses what is too deep, too large or too long, by the code that says so', async () => {
    const refused = { code: 'coderuns.code-too-complex' };
    const deep = await reading(`SELECT ${nested(1_500)} AS v FROM t`);
    const wide = await reading(
      `SELECT ${Array.from({ length: readingLimits.columns + 1 }, (_, i) => `b + ${String(i)}`).join(', ')} FROM t`,
    );
    await expect(analyseApart(deep, 60_000)).rejects.toMatchObject(refused);
    await expect(analyseApart(wide, 60_000)).rejects.toMatchObject(refused);
    await expect(analyseApart(await reading('SELECT b FROM t'), 0)).rejects.toMatchObject(refused);
  }, 120_000);

  it('passes a refusal on as it is', async () => {
    await expect(analyseApart(await reading('SELECT * FROM u'), 60_000)).rejects.toMatchObject({
      code: 'coderuns.unknown-table',
      details: { table: 'u' },
    });
  }, 120_000);

  it('refuses when its process dies, whatever of, and the process that asked goes on', async () => {
    const asked = await reading('SELECT b FROM t');
    const before = new Set(childrenOfOurs());
    const refused = expect(analyseApart(asked, 60_000)).rejects.toMatchObject({ code: 'coderuns.code-too-complex' });
    const [pid] = childrenOfOurs().filter((child) => !before.has(child));
    process.kill(pid ?? Number.NaN, 'SIGTRAP');
    await refused;
    expect((await analyseApart(asked, 60_000)).derivations).toHaveLength(1);
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
