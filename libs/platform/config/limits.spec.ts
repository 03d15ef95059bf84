import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { defaultLimits, limitsConfig } from './limits.js';

const problems = (input: unknown): string[] =>
  limitsConfig.safeParse(input).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

describe('the table of limits', () => {
  it('holds without a word of configuration, and each figure can be set', () => {
    expect(defaultLimits.database.answerMs).toBeGreaterThan(defaultLimits.database.statementMs);
    expect(limitsConfig.parse({ keys: { requestMs: 700 } }).keys.requestMs).toBe(700);
  });

  it('gives a reason for every figure', () => {
    const { properties } = z.toJSONSchema(limitsConfig, { io: 'input' }) as {
      properties: Record<string, { properties: Record<string, { description?: string }> }>;
    };
    const figures = Object.entries(properties).flatMap(([row, { properties: of }]) =>
      Object.entries(of).map(([name, { description }]) => [`${row}.${name}`, description ?? ''] as const),
    );
    expect(figures.length).toBeGreaterThan(20);
    for (const [name, reason] of figures) expect([name, reason.length > 15]).toEqual([name, true]);
  });

  it('is refused where it contradicts itself, by both names and the reason', () => {
    expect(problems({ database: { statementMs: 50_000 } })).toEqual([
      'database.statementMs: must be below limits.database.answerMs (40000): PostgreSQL would never say that it ended a statement',
    ]);
    expect(problems({ database: { lockMs: 30_000 } })[0]).toMatch(/^database\.lockMs: must be below limits\.database\.statementMs/);
    expect(problems({ health: { poolMs: 5_000 } })).toHaveLength(3);
    expect(problems({ database: { statementMs: 0 } })).not.toEqual([]);
    expect(problems({ database: { answer: 1 } })).not.toEqual([]);
  });

  it('keeps PostgreSQL speaking before we give up on it, whatever is configured', () => {
    const figure = fc.integer({ min: 10, max: 200_000 });
    fc.assert(
      fc.property(figure, figure, figure, figure, (lockMs, statementMs, answerMs, poolMs) => {
        const set = limitsConfig.safeParse({ database: { lockMs, statementMs, answerMs }, health: { poolMs } });
        if (!set.success) return;
        expect(lockMs).toBeLessThan(statementMs);
        expect(statementMs).toBeLessThan(answerMs);
        expect(answerMs).toBeLessThan(poolMs);
      }),
    );
  });
});
