import { isFinal, Refusal } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import { causeOf } from './run-cause.js';
import { openRunStates, runStates, runTransitions } from './run-states.js';

describe('the states of a run', () => {
  it('end where nothing goes on, and an open run is any that has not ended', () => {
    const ends = runStates.filter((state) => isFinal(runTransitions, state));
    expect(ends).toEqual(['succeeded', 'failed', 'cancelled']);
    expect([...openRunStates, ...ends].sort()).toEqual([...runStates].sort());
  });
});

describe('the cause of a run that came to nothing', () => {
  it('tells of a refusal what its kind tells, where it is what it should be, and nothing else', () => {
    const fault = new Refusal('engine.sql-error', { kind: 'Binder', line: 1, column: '姓名', fields: ['姓名'], value: '张三', step: 2 });
    expect(causeOf(fault, ['kind', 'line', 'column', 'fields'])).toEqual({
      code: 'engine.sql-error',
      kind: 'Binder',
      line: 1,
      fields: ['姓名'],
    });
    expect(causeOf(fault, [])).toEqual({ code: 'engine.sql-error' });
  });
});
