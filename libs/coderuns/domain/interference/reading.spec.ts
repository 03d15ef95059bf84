import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { columnsRead } from './columns-read.js';
import { literalsOf } from './literals.js';

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run('CREATE TABLE a (id VARCHAR, x BIGINT, y BIGINT); CREATE TABLE b (id VARCHAR, z BIGINT)');
});
const read = async (sql: string): Promise<Record<string, string[]>> => {
  const answer = String((await connection.runAndReadAll('SELECT json_serialize_plan($1::VARCHAR)', [sql])).getRows()[0]?.[0]);
  return Object.fromEntries([...columnsRead(answer)].map(([table, columns]) => [table, [...columns].sort()]));
};

describe('what a query reads', () => {
  it.each([
    ['SELECT count(*) FROM a WHERE x > 1', { a: ['x'] }],
    ['SELECT sum(z) FROM a JOIN b USING (id) WHERE y IN (SELECT x FROM a)', { a: ['id', 'x', 'y'], b: ['id', 'z'] }],
    ['SELECT hash(a) FROM a', { a: ['id', 'x', 'y'] }],
    ['WITH t AS (SELECT * FROM a) SELECT sum(t.x) FROM t, t AS u', { a: ['id', 'x', 'y'] }],
    ['SELECT sum(COLUMNS(c -> c <> \'id\')) FROM a', { a: ['x', 'y'] }],
  ])('is what the binder says, whole rows included: %s', async (sql, columns) => {
    expect(await read(sql)).toEqual(columns);
  }); // prettier-ignore

  it('of which nothing is known is everything', () => {
    const plan = { type: 'LOGICAL_GET', names: ['id', 'x'], column_indexes: [{ index: 'other' }], function_data: { table: 'a' } };
    expect([...(columnsRead(JSON.stringify({ plans: [plan] })).get('a') ?? [])]).toEqual(['id', 'x']);
    expect([...(columnsRead(JSON.stringify({ plans: [{ ...plan, column_indexes: undefined }] })).get('a') ?? [])]).toEqual(['id', 'x']);
  });
});

describe('what a code writes out', () => {
  it('is its texts and numbers, in whatever quotes, and neither names nor comments', () => {
    const sql = `SELECT "a'1", x1 + 2.50, 1_000, .5, 1e3 FROM t -- '3' 4
      WHERE a = 'it''s' AND b = $tag$R0'07$tag$ /* '5' 6 */ AND c = E'x'`;
    expect(literalsOf(sql)).toEqual({ texts: ["it's", "R0'07", 'x'], numbers: ['2.50', '1000', '.5', '1e3'] });
  });
});
