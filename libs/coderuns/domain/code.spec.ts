import { Refusal } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import { analyse, assertInputs, codeDigest, resultLineage, type Code } from './code.js';
import { listedFor } from './plan/functions.js';
import { assertJoinable, assertMayRunOnRaw, assertReviewable } from './decisions.js';

const code: Code = {
  scenarioId: 's',
  purpose: 'run',
  language: 'sql',
  sql: 'SELECT 1',
  inputs: [{ copyId: 'c', datasetId: 'd', as: 't' }],
};
const facts = { identifying: new Map(), rule: { threshold: 10, dominanceShare: 0.9, pPercent: 10, degreesOfFreedom: 10 } };
const refusal = (act: () => unknown): [string, unknown] => {
  try {
    act();
  } catch (fault) {
    if (fault instanceof Refusal) return [fault.code, fault.details];
    throw fault;
  }
  return ['none', {}];
};

describe('code', () => {
  it('is what was reviewed to the letter: any change of it is another [MOD-03]', () => {
    const digest = codeDigest(code);
    expect(codeDigest({ ...code, sql: 'SELECT 1 ' })).not.toBe(digest);
    expect(codeDigest({ ...code, purpose: 'train' })).not.toBe(digest);
    expect(codeDigest({ ...code, inputs: [{ copyId: 'other', datasetId: 'd', as: 't' }] })).not.toBe(digest);
    expect(codeDigest({ ...code, scenarioId: 'other' })).not.toBe(digest);
  });

  it('that cannot be parsed or bound is refused with its place; anything but one SELECT is refused', () => {
    const said = (answer: object, sql = 'x') =>
      refusal(() => analyse({ answer: JSON.stringify(answer), names: [], sql, engine: listedFor, inputs: new Map(), facts }));
    const broken = { error: true, error_type: 'parser', error_message: "syntax error at or near '13812345678'", position: '12' };
    expect(said(broken, '-- 中文\nSELEC 1')).toEqual(['coderuns.code-unreadable', { line: 2, column: 3 }]);
    expect(said({ error: true, error_type: 'binder', position: '7' }, 'SELECT nothing FROM t')).toEqual([
      'coderuns.code-unbound',
      { kind: 'binder', line: 1, column: 8 },
    ]);
    expect(said({ error: true, error_type: 'catalog', type: 'Table', name: 'u' })).toEqual(['coderuns.unknown-table', { table: 'u' }]);
    for (const answer of [
      { error: true, error_type: 'not implemented' },
      { error: false, plans: [{}, {}] },
      { error: false, plans: [] },
      { error: false, plans: [{ type: 'LOGICAL_INSERT' }] },
      [],
    ])
      expect([answer, said(answer)[0]]).toEqual([answer, 'coderuns.one-select']);
  });

  it('names each of its inputs once', () => {
    expect(
      refusal(() => {
        assertInputs([
          { copyId: 'a', as: 't' },
          { copyId: 'b', as: 't' },
        ]);
      })[0],
    ).toBe('coderuns.input-twice');
  });

  it('whose columns could not be told apart derives all of everything', () => {
    const columns = new Map([['t', ['a', 'b']]]);
    const all = [
      { datasetId: 'd', column: 'a' },
      { datasetId: 'd', column: 'b' },
    ];
    expect(resultLineage(undefined, ['x'], code.inputs, columns)).toEqual([{ column: 'x', reversibility: 'raw', sources: all }]);
    const two = [
      { raw: false, grouped: false, sources: [] },
      { raw: false, grouped: false, sources: [] },
    ];
    expect(resultLineage(two, ['x'], code.inputs, columns)[0]?.reversibility).toBe('raw');
    expect(resultLineage(two, ['x', 'y'], code.inputs, columns)[1]).toEqual({ column: 'y', reversibility: 'irreversible', sources: [] });
  });
});

describe('deciding on code', () => {
  const facts = { state: 'submitted', digest: 'd', unitId: 'unit', submittedBy: 'writer' } as const;
  it('is for someone outside the unit who read exactly this [MOD-03]', () => {
    const review = (who: { personId: string; organisationIds: string[] }, digest = 'd', state: 'submitted' | 'reviewed' = 'submitted') =>
      refusal(() => {
        assertReviewable({ ...facts, state }, who, digest);
      })[0];
    expect(review({ personId: 'p', organisationIds: ['authority'] })).toBe('none');
    expect(review({ personId: 'p', organisationIds: ['authority', 'unit'] })).toBe('coderuns.reviewer-of-unit');
    expect(review({ personId: 'writer', organisationIds: ['authority'] })).toBe('coderuns.reviewer-of-unit');
    expect(review({ personId: 'p', organisationIds: ['authority'] }, 'e')).toBe('coderuns.code-changed');
    expect(review({ personId: 'p', organisationIds: ['authority'] }, 'd', 'reviewed')).toBe('coderuns.already-reviewed');
  });

  it('keeps unreviewed code and every training away from raw data [MOD-02] [MOD-03]', () => {
    const raw = (state: 'submitted' | 'reviewed' | 'returned', purpose: 'run' | 'train') =>
      refusal(() => {
        assertMayRunOnRaw({ state, purpose });
      })[0];
    expect(raw('reviewed', 'run')).toBe('none');
    expect(raw('submitted', 'run')).toBe('coderuns.not-reviewed');
    expect(raw('returned', 'run')).toBe('coderuns.not-reviewed');
    expect(raw('reviewed', 'train')).toBe('coderuns.training-on-raw');
  });

  it('keeps a holding alone whose provider allows no joins', () => {
    const holding = (id: string, noJoin: boolean) => ({ id, useConditions: { noJoin } });
    expect(
      refusal(() => {
        assertJoinable([holding('a', true), holding('a', true)]);
      })[0],
    ).toBe('none');
    expect(
      refusal(() => {
        assertJoinable([holding('a', false), holding('b', true)]);
      })[0],
    ).toBe('coderuns.join-not-allowed');
  });
});
