import { compactForm, identifierForm, identifierFormSql, identifierRules, normalFormMacros, normalText, normalValue } from '#kernel';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(normalFormMacros());
  await connection.run('CREATE TABLE t (v VARCHAR)');
});
afterAll(() => {
  connection.closeSync();
});

/** By hexadecimal, since what hands a text over may itself drop invisible characters. */
async function inSql(values: readonly string[], forms: readonly string[]): Promise<readonly (readonly (string | null)[])[]> {
  await connection.run('DELETE FROM t');
  const appender = await connection.createAppender('t');
  for (const value of values) {
    appender.appendVarchar(value);
    appender.endRow();
  }
  appender.closeSync();
  const rows = await connection.runAndReadAll(`SELECT ${forms.map((form) => `hex(encode(${form}))`).join(', ')} FROM t`);
  return rows.getRows() as (string | null)[][];
}
const hex = (text: string | null): string | null => (text === null ? null : Buffer.from(text).toString('hex').toUpperCase());
const types = [...Object.keys(identifierRules), 'none'];
const formsSql = ['normal_text(v)', 'normal_value(v)', 'compact_form(v)', ...types.map((type) => identifierFormSql(type, 'v'))];
const formsHere = (value: string) =>
  [normalText(value), normalValue(value), compactForm(value), ...types.map((type) => identifierForm(type, value))].map(hex);

async function agree(values: readonly string[]): Promise<void> {
  const made = await inSql(values, formsSql);
  values.forEach((value, i) => {
    expect([value, made[i]]).toEqual([value, formsHere(value)]);
  });
}

describe('the normal form in SQL', () => {
  it('gives the same text as in TypeScript for every code point that there is', async () => {
    const points: string[] = [];
    for (let code = 0; code < 0x110000; code++) if (code < 0xd800 || code > 0xdfff) points.push(String.fromCodePoint(code));
    const made = await inSql(points, ['normal_text(v)']);
    const differing = points
      .filter((point, i) => made[i]?.[0] !== hex(normalText(point)))
      .map((point) => point.codePointAt(0)?.toString(16));
    expect(differing).toEqual([]);
  }, 300_000);

  it('gives the same forms for generated texts of any script', async () => {
    const marks = fc.constantFrom(...Array.from('\u0301\u0308\u0323\u0327\u3099\u093c\u200d\ufeff\ufe0f\u0000\u0001\u2028 \u3000'));
    const letters = fc.constantFrom(...Array.from('aEé ŚＫ㈱①ﬁǆİßσς가각각が٣०𝟘李·•–—，：（）、。“’\n\t'));
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 15 }),
      fc.string({ unit: fc.oneof(marks, letters), maxLength: 12 }),
      fc.string({ unit: fc.oneof(fc.constantFrom(...Array.from('0123456789０１２３X-+()（）.,: /年月日ap')), marks), maxLength: 24 }),
    );
    await agree(fc.sample(text, { numRuns: 2500, seed: 20261130 }));
  }, 300_000);

  it('gives the same forms for identifiers in odd notations', async () => {
    const digits = fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), minLength: 5, maxLength: 20 });
    const notation = fc
      .tuple(
        fc.constantFrom('', '+86', '(86)', '0086-', '身份证:', 'tel', 'U', "'", '0', '浙A·'),
        digits,
        fc.constantFrom('', 'X', 'x', '.000', '王', ' '),
      )
      .map((parts) => parts.join(''));
    await agree(fc.sample(notation, { numRuns: 2500, seed: 7 }));
    await agree(['13812345678', '110105491231002', "O'Neil", '2020年1月5日', '1,234.50', '浙A·20729', 'd4:32:06:f7:8a:ae', '']);
  }, 300_000);
});
