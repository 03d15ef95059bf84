import 'reflect-metadata';
import { issuingActions } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import { contexts } from '../../apps/composition/contexts.js';
import { actionsOf } from '../../apps/composition/platform.js';
import { sources, wordsIn } from './sources.js';

describe('the audit actions that issue documents', () => {
  it.each([...new Set(Object.values(issuingActions))])('%s is declared, and recorded with what follows from the act', (action) => {
    expect(Object.keys(actionsOf(contexts))).toContain(action);
    const recording = sources.filter(
      ({ path, text }) => path.includes('/application/') && text.includes('after:') && wordsIn(text).includes(action),
    );
    expect(recording).not.toEqual([]);
  });
});
