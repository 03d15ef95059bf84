import { describe, expect, it } from '@jest/globals';
import { retentionConfig } from './retention.js';

describe('what is kept, and for how long', () => {
  it('has a figure and a reason for each, and one that lasts an hour at least', () => {
    for (const [name, figure] of Object.entries(retentionConfig.unwrap().shape)) {
      expect(figure.description).toMatch(/\w+/);
      expect(retentionConfig.safeParse({ [name]: 0 }).success).toBe(false);
    }
    expect(retentionConfig.parse(undefined)).toMatchObject({ answersHours: 48, workHours: 168 });
  });

  it('never lets an answer outlive the work that it names', () => {
    expect(retentionConfig.safeParse({ answersHours: 24, workHours: 24 }).success).toBe(true);
    expect(retentionConfig.safeParse({ answersHours: 25, workHours: 24 }).error?.issues).toMatchObject([{ path: ['workHours'] }]);
  });
});
