import { describe, expect, it } from '@jest/globals';
import { logsKeptUntil } from './retention.js';

const noon = '2026-03-02T04:00:00.000Z';

describe('network logs', () => {
  it('are kept until the later of record and termination plus six months [LOG-01]', () => {
    expect(logsKeptUntil('2026-01-31T00:00:00.000Z', null, 6)).toBe('2026-07-31T00:00:00.000Z');
    expect(logsKeptUntil('2026-01-31T00:00:00.000Z', noon, 6)).toBe('2026-09-02T04:00:00.000Z');
    expect(logsKeptUntil('2026-05-01T00:00:00.000Z', noon, 6)).toBe('2026-11-01T00:00:00.000Z');
  });
  it('are kept longer, never shorter [LOG-01]', () => {
    expect(logsKeptUntil(noon, null, 12)).toBe('2027-03-02T04:00:00.000Z');
    expect(logsKeptUntil(noon, null, 5)).toBe(logsKeptUntil(noon, null, 6));
  });
});
