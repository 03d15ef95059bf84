import type { Reading } from './file-facts.js';
import type { TableDeclaration } from './policy.js';

/** What is looked for in a table whose largest contributions stand in another, and what in that one. */
export const withoutEvidence = ({ counts }: TableDeclaration): TableDeclaration => (counts === undefined ? {} : { counts });
export const evidenceAlone = ({ magnitudes }: TableDeclaration): TableDeclaration => (magnitudes === undefined ? {} : { magnitudes });

/** A table judged with its evidence: dominance is what the evidence says, all else what the table says. Evidence that cannot be read is none. */
export function judgedWith(reading: Reading, evidence: Reading): Reading {
  if (reading.as !== 'table') return reading;
  if (evidence.as !== 'table') return evidence;
  const { frequency } = reading.table;
  const shown = evidence.table.frequency;
  const declared = new Set(evidence.table.shape.columns.filter((name) => !shown.undeclaredMagnitudes.includes(name)));
  return {
    as: 'table',
    table: {
      ...reading.table,
      frequency: {
        ...frequency,
        misdeclared: [...new Set([...frequency.misdeclared, ...shown.misdeclared])],
        dominated: shown.dominated,
        totals: { ...frequency.totals, dominated: shown.totals.dominated },
        undeclaredMagnitudes: frequency.undeclaredMagnitudes.filter((name) => !declared.has(name)),
      },
    },
  };
}
