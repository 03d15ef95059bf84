import { describe, expect, it } from '@jest/globals';
import { QueryFailedError } from 'typeorm';
import { Unanswered } from './bounded-client.js';
import { outageRefusal } from './outage.js';

const withCode = (code: string) => Object.assign(new Error('said in its own words, with a value 110101199003070000'), { code });

describe('what a fault of the connection to PostgreSQL means', () => {
  it.each([
    ['55P03', 'database.limit-reached', { limit: 'lock' }],
    ['57014', 'database.limit-reached', { limit: 'statement' }],
    ['25P03', 'database.limit-reached', { limit: 'idle-in-transaction' }],
    ['53300', 'database.busy', {}],
    ['57P01', 'database.unreachable', { fault: '57P01' }],
    ['08006', 'database.unreachable', { fault: '08006' }],
    ['ECONNREFUSED', 'database.unreachable', { fault: 'ECONNREFUSED' }],
    ['ECONNRESET', 'database.unreachable', { fault: 'ECONNRESET' }],
  ])('is told by its code alone: %s', (code, refusal, details) => {
    for (const fault of [withCode(code), new QueryFailedError('SELECT 1', [], withCode(code))])
      expect(outageRefusal(fault)).toMatchObject({ code: refusal, details, transient: true });
  });

  it.each(['Connection terminated unexpectedly', 'timeout expired', 'Client has encountered a connection error and is not queryable'])(
    'is told of what pg has no code for: %s',
    (said) => {
      expect(outageRefusal(new Error(said))?.code).toBe('database.unreachable');
    },
  );

  it('is told of an answer that did not come', () => {
    expect(outageRefusal(new Unanswered(5))).toMatchObject({ code: 'database.unreachable', details: { fault: 'no answer' } });
  });

  it('is not guessed at for anything else', () => {
    for (const fault of [
      withCode('23505'),
      withCode('40001'),
      withCode('25006'),
      new Error('Connection to the past'),
      undefined,
      null,
      'text',
    ])
      expect(outageRefusal(fault)).toBeUndefined();
  });
});
