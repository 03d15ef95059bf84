import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { groupOf, shapeOfRequest, shapeOfStatement } from './call.js';

describe('the shape of a call', () => {
  const id = fc.uuid();
  const word = fc.stringMatching(/^[a-z ]{0,12}$/);

  it('of a statement holds none of its values, so that statements that differ in them alone are one', () => {
    const statement = (name: string, at: number): string =>
      `SELECT id FROM people  WHERE name = '${name.replaceAll("'", "''")}' AND age > ${String(at)} LIMIT 10`;
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), word, fc.nat(), (one, other, at) => {
        expect(shapeOfStatement(statement(one, at))).toBe(shapeOfStatement(statement(other, 7)));
      }),
    );
  });

  it('of a statement with rows of places is the same for any number of them', () => {
    const insert = (rows: number, wide: number): string =>
      `INSERT INTO t VALUES ${Array.from({ length: rows }, (_, row) => `(${Array.from({ length: wide }, (__, at) => `$${String(row * wide + at + 1)}`).join(', ')})`).join(', ')}`;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), (rows, wide) => {
        expect(shapeOfStatement(insert(rows, wide))).toBe(shapeOfStatement(insert(1, 1)));
      }),
    );
  });

  it('of a request holds neither ids nor the values of its query', () => {
    fc.assert(
      fc.property(id, id, fc.stringMatching(/^[0-9a-f]{0,12}$/), (one, other, at) => {
        const request = (of: string, value: string): string => shapeOfRequest('GET', `/a/${of}/b?limit=${value}&watch=true`);
        expect(request(one, at)).toBe(request(other, 'x'));
        expect(request(one, at)).toBe('GET /a/*/b?limit&watch');
      }),
    );
  });

  it('tells statements apart that ask for something else, and the applications that ask', () => {
    const of = (role: 'api' | 'worker', sql: string): string => groupOf({ role, dependency: 'database', shape: shapeOfStatement(sql) });
    expect(new Set([of('api', 'SELECT 1 FROM a'), of('api', 'SELECT 1 FROM b'), of('worker', 'SELECT 1 FROM a')]).size).toBe(3);
  });
});
