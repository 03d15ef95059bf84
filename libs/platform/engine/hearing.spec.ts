import { describe, expect, it } from '@jest/globals';
import { credible } from './hearing.js';
import type { EngineCause } from './job.js';

describe('what the engine’s process says of its failure', () => {
  it('is passed on by code, class and place', () => {
    const cause: EngineCause = { code: 'engine.sql-error', kind: 'Conversion', step: 1, line: 2, column: 7 };
    expect(credible(cause)).toEqual(cause);
    expect(credible({ code: 'engine.statement-not-allowed', kind: 'CREATE_FUNC' })).toEqual({
      code: 'engine.statement-not-allowed',
      kind: 'CREATE_FUNC',
    });
  });

  it('carries no value, whoever speaks [DES-01]', () => {
    const forged = {
      code: 'engine.sql-error',
      kind: '13812345678',
      line: '张三',
      column: 13812345678,
      more: 'raw',
    } as unknown as EngineCause;
    expect(credible(forged)).toEqual({ code: 'engine.sql-error' });
    expect(credible({ code: '张三 13812345678' as EngineCause['code'] })).toEqual({ code: 'engine.process-lost' });
  });
});
