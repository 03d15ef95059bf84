import { describe, expect, it } from '@jest/globals';
import { columnName, isNamed } from './column-names.js';
import { timeOf, type Reading } from './reading.js';
import { tableOf } from './table.js';

const zh: Reading = { language: 'zh', names: new Map([['00000000-0000-7000-8000-000000000001', '运营单位甲']]), wide: false };
const seat = {
  ...{ id: 'a', version: 3, unitId: '00000000-0000-7000-8000-000000000001', digest: 'sm3:00', holderLocked: false },
  ...{ requestedAt: '2026-11-30T20:47:28.123Z', pausedBy: null, state: 'active' },
};

describe('what a person reads of an answer', () => {
  it('has its times in Beijing for Chinese, elsewhere in the zone of the machine, always with the zone', () => {
    expect(timeOf('2026-11-30T20:47:28.123Z', 'zh')).toBe('2026-12-01 04:47:28+08:00');
    const here = timeOf('2026-11-30T20:47:28.123Z', 'en');
    expect(here).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d$/);
    expect(new Date(here.replace(' ', 'T')).toISOString()).toBe('2026-11-30T20:47:28.000Z');
    expect(timeOf('2026-13-30T20:47:28Z', 'zh')).toBe('2026-13-30T20:47:28Z');
  });

  it('has headings in their language, names beside ids, and first the columns that tell something', () => {
    expect(tableOf([seat], zh)).toBe(
      '标识  状态    运营单位                                         持有人已锁定  申请时间\n' +
        'a     active  00000000-0000-7000-8000-000000000001 运营单位甲  否            2026-12-01 04:47:28+08:00\n',
    );
    expect(tableOf([seat], { ...zh, language: 'en' }).split('\n')[0]).toMatch(/^id +state +unit id +holder locked +requested at$/);
  });

  it('has every column where they are asked for', () => {
    expect(
      tableOf([seat], { ...zh, wide: true })
        .split('\n')[0]
        ?.split(/ +/),
    ).toEqual(Object.keys(seat).map((name) => columnName(name, 'zh')));
  });

  it('keeps what has no name in their language as it is called', () => {
    expect([isNamed('unheardOf'), columnName('unheardOf', 'zh')]).toEqual([false, 'unheard of']);
  });
});
