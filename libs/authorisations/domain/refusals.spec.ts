import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { refusals } from './refusals.js';

const context = join(import.meta.dirname, '..');
const sources = readdirSync(context, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'),
);
const raised = new Set(
  sources.flatMap((file) =>
    [...readFileSync(join(context, file), 'utf8').matchAll(/refuse\(\s*'([a-z.-]+)'/gu)].map((match) => match[1] as string),
  ),
);

describe('the catalogue of refusals', () => {
  it('says each refusal in both languages with what would satisfy it', () => {
    for (const text of Object.values(refusals)) {
      expect(text.status).toBeGreaterThanOrEqual(400);
      for (const zh of [text.zh, text.satisfyZh]) expect(zh).toMatch(/\p{Script=Han}/u);
      for (const en of [text.en, text.satisfyEn]) expect(en).toMatch(/^[“A-Z]/u);
    }
  });

  it('fills the same details in both languages', () => {
    const details = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/gu)].map((match) => match[1] as string).sort();
    for (const [code, text] of Object.entries(refusals)) expect([code, details(text.zh)]).toEqual([code, details(text.en)]);
  });

  it('holds no code that nothing raises', () => {
    expect(Object.keys(refusals).filter((code) => !raised.has(code) && !code.endsWith('.not-found'))).toEqual([]);
  });
});
