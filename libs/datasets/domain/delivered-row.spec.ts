import { describe, expect, it } from '@jest/globals';
import { planColumns, readRow, tooManyBad, trailedAs } from './delivered-row.js';
import type { Field } from './field.js';

const field = (name: string, more: Partial<Field> = {}): Field => ({
  name,
  comment: '',
  type: 'text',
  check: null,
  required: false,
  class: 'personal',
  grade: 'L3',
  sensitiveType: 'none',
  ...more,
});
const fields = [field('姓名', { required: true }), field('年龄', { type: 'integer' }), field('备注')];
const all = new Set(['姓名', '年龄', '备注']);
const planOf = (header: string[] | null, granted: ReadonlySet<string> = all) => {
  const planned = planColumns(header, fields, granted);
  if ('fault' in planned) throw new Error('a plan was expected');
  return planned.plan;
};

describe('a delivered file', () => {
  it('may have its columns in any order', () => {
    const plan = planOf([' 年龄', '备注 ', '姓名']);
    expect(readRow(plan, { cells: ['41', '', '张三'] })).toEqual({ values: ['41', '', '张三'] });
  });

  it('stores no column that the scenario was not granted, and yet checks it [REQ-06]', () => {
    const plan = planOf(null, new Set(['姓名', '备注']));
    expect(readRow(plan, { cells: ['张三', '41', '好'] })).toEqual({ values: ['张三', '好'] });
    expect(readRow(plan, { cells: ['张三', '四十一', '好'] })).toEqual({ bad: 'not-an-integer', field: '年龄' });
  });

  it('refuses a header that does not fit, naming registered fields only: an unknown name may be data [AUD-08]', () => {
    expect(planColumns(['姓名', '330106199003071234', '330106199003071234'], fields, all)).toEqual({
      fault: { missing: ['年龄', '备注'], duplicated: 1, unknown: 2 },
    });
  });

  it('names the first thing that is wrong with a row', () => {
    const plan = planOf(null);
    expect(readRow(plan, { cells: ['张三', '41'] })).toEqual({ bad: 'field-count', field: null });
    expect(readRow(plan, { cells: ['张三', '41', '', ''] })).toEqual({ bad: 'field-count', field: null });
    expect(readRow(plan, { cells: ['', '41', ''] })).toEqual({ bad: 'empty', field: '姓名' });
    expect(readRow(plan, { cells: ['张\uFFFD', 'x'] })).toEqual({ bad: 'undecodable', field: '姓名' });
  });

  it('stops past the stated share, but not on the first rows alone', () => {
    expect(tooManyBad({ lines: 3, bad: 1 }, 0.01, false)).toBe(false);
    expect(tooManyBad({ lines: 3, bad: 1 }, 0.01, true)).toBe(true);
    expect(tooManyBad({ lines: 1000, bad: 11 }, 0.01, false)).toBe(true);
    expect(tooManyBad({ lines: 1000, bad: 10 }, 0.01, true)).toBe(false);
  });
});

describe('a header that comes again', () => {
  it('is no row, although its cells would pass as text', () => {
    const plan = planOf(['备注', '姓名', '年龄']);
    expect(readRow(plan, { cells: ['备注', '姓名', '年龄'] })).toEqual({ bad: 'repeated-header', field: null });
    expect(readRow(plan, { cells: ['备注', '姓名', '41'] })).toEqual({ values: ['备注', '姓名', '41'] });
  });
});

describe('delimiters at the end of lines', () => {
  it('open no column where the first row has them, and are a fault in a single row', () => {
    const plan = trailedAs(planOf(['姓名', '年龄', '备注', '', '']), ['张三', '41', '', '', '']);
    expect(readRow(plan, { cells: ['张三', '41', '', '', ''] })).toEqual({ values: ['张三', '41', ''] });
    expect(readRow(plan, { cells: ['张三', '41', '好'] })).toEqual({ values: ['张三', '41', '好'] });
    for (const cells of [
      ['张三', '41', ''],
      ['张三', '41', '', ''],
      ['张三', '41', '', '', 'x'],
      ['张三', '', '', '', '', ''],
    ])
      expect(readRow(plan, { cells })).toEqual({ bad: 'field-count', field: null });
    expect(readRow(trailedAs(planOf(null), ['张三', '41', '']), { cells: ['张', '三', '41', ''] })).toEqual({
      bad: 'field-count',
      field: null,
    });
  });
});
