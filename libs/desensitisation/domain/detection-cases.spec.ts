import type { SensitiveType } from '#datasets/contract';
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { SchemaColumn } from '../contract.js';
import { classifyColumn } from './classify-column.js';
import { proposePlan } from './propose-plan.js';
import { pseudonymOf } from './techniques/pseudonym.js';

interface Case {
  readonly group: string;
  readonly name: string;
  readonly truth: SensitiveType;
  readonly type: SchemaColumn['type'];
  readonly values: readonly string[];
}
const read = (name: string): string => readFileSync(new URL(`../../../test/fixtures/cases/detection/${name}`, import.meta.url), 'utf8');
const cases = JSON.parse(read('columns.json')) as readonly Case[];

/** A column that detection or a person would have to decide about counts as sensitive: it is not kept without anyone's word. */
function measured(columns: readonly Case[], named: boolean) {
  const found = columns.map(({ name, type, truth, values }) => ({
    name,
    truth,
    type: classifyColumn({ name: named ? name : 'c', type, values }).type,
  }));
  const sensitive = found.filter(({ truth }) => truth !== 'none');
  const flagged = found.filter(({ type }) => type !== 'none');
  const right = flagged.filter(({ truth }) => truth !== 'none');
  return {
    recall: right.length / sensitive.length,
    precision: right.length / flagged.length,
    typed: right.filter(({ type, truth }) => type === truth).length / sensitive.length,
    missed: sensitive.filter(({ type }) => type === 'none').map(({ name }) => name),
  };
}

describe('detection', () => {
  it('finds 99 in a hundred sensitive columns, and of what it finds 95 are, with names of columns and without [DES-02] [DES-03]', () => {
    for (const named of [true, false]) {
      const { recall, precision, typed, missed } = measured(cases, named);
      expect({ named, missed }).toEqual({ named, missed: [] });
      expect(recall).toBeGreaterThanOrEqual(0.99);
      expect(precision).toBeGreaterThanOrEqual(0.95);
      expect(typed).toBeGreaterThanOrEqual(0.96);
    }
  });

  it('never proposes to keep what is sensitive; what it is unsure of it asks [DES-03]', () => {
    const { plan, findings } = proposePlan(cases.map(({ name, type, values }) => ({ name, type, values })));
    cases.forEach(({ name, truth }, i) => {
      const kind = plan.columns[i]?.technique.kind;
      if (truth !== 'none') expect([name, kind]).not.toEqual([name, 'keep']);
      if (findings[i]?.confidence === 'unsure') expect([name, kind]).toEqual([name, 'ask']);
    });
  });

  it('gives one number in four notations one pseudonym [DES-03]', () => {
    const technique = { kind: 'pseudonym', algorithm: 'hmac-sm3', purpose: 'mobile', hexLength: 32 } as const;
    const notations = read('mask-03-one-number-four-notations.csv').split(/\r?\n/).slice(1).filter((line) => line !== '');
    const made = notations.map((value) => pseudonymOf({ column: 'c', sensitiveType: 'mobile', grade: 'L3', technique }, value, Buffer.from('k')));
    expect(notations.length).toBeGreaterThanOrEqual(4);
    expect(new Set(made).size).toBe(1);
  }); // prettier-ignore

  it.each(['mask-01-identifiers-in-odd-forms.csv', 'mask-03-one-number-four-notations.csv'])('keeps no identifier in an odd notation: %s', (file) => {
    const [head = '', ...lines] = read(file).split(/\r?\n/).filter((line) => line !== '');
    head.split(',').slice(file.includes('01') ? 1 : 0).forEach((name, i) => {
      const at = file.includes('01') ? i + 1 : i;
      const { type } = classifyColumn({ name: 'c', type: 'text', values: lines.map((line) => line.split(',')[at] ?? '') });
      expect([name, type]).not.toEqual([name, 'none']);
    });
  }); // prettier-ignore
});
