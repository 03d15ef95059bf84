import { sqlName, sqlText } from '#kernel';
import type { OutputColumn } from '../../contract.js';
import { classifyColumn } from '../classify-column.js';
import { detectors, findIdentifiers } from '../detectors/detectors.js';
import { pointsAtOne } from '../sensitive-types.js';
import type { CheckResult, Measurement } from './checks.js';

const sure = detectors.filter((detector) => detector.certainty !== 'weak');
/** Any value that one of the sure detectors could claim, in RE2. */
const candidate = sure.map((detector) => detector.candidate).join('|');
const mostCandidates = 200_000;
const classified = 2_000;

/** Text of a value in normal form; a whole number stored as a fraction loses its `.0`. */
const readable = (column: string): string => `regexp_replace(normal_text(CAST(${sqlName(column)} AS VARCHAR)), '\\.0+$', '')`;

/** Identifiers with a check character or a shape of their own, in any value: one is too many (DES-04). */
function anyIdentifier(column: string): Measurement {
  return {
    sql: `SELECT DISTINCT v FROM (SELECT ${readable(column)} AS v FROM output) AS t WHERE regexp_matches(v, ${sqlText(candidate)})`,
    rows: mostCandidates,
    judge: (rows, truncated) => {
      const hits = new Map<string, number>();
      for (const [value] of rows) {
        const text = String(value).trim();
        const whole = sure.find((detector) => detector.matches(text))?.type;
        const inside = findIdentifiers(text)
          .filter((finding) => finding.certainty !== 'weak')
          .map((finding) => finding.type);
        for (const type of new Set(whole === undefined ? inside : [whole]))
          if (pointsAtOne(type)) hits.set(type, (hits.get(type) ?? 0) + 1);
      }
      const figures = { candidates: rows.length };
      if (hits.size === 0) return [{ check: 'residual-identifiers', column, verdict: truncated ? 'unfinished' : 'pass', figures }];
      return [...hits].map(([type, values]): CheckResult => ({
        check: 'residual-identifiers',
        column,
        verdict: 'fail',
        finding: type,
        figures: { ...figures, values },
      }));
    },
  };
}

/** Names and other weak forms show only in a column as a whole: it must not look like one of identifiers. */
function asAColumn(column: OutputColumn): Measurement {
  return {
    sql: `SELECT ${readable(column.name)} AS v FROM output WHERE ${sqlName(column.name)} IS NOT NULL LIMIT ${String(classified)}`,
    rows: classified,
    judge: (rows) => {
      const found = classifyColumn({ name: column.name, type: column.type, values: rows.map(([value]) => String(value)) });
      const fails = (found.confidence === 'certain' || found.confidence === 'likely') && pointsAtOne(found.type);
      return fails
        ? [
            {
              check: 'residual-identifiers',
              column: column.name,
              verdict: 'fail',
              finding: found.type,
              figures: { share: found.share, sampled: found.sampled },
            },
          ]
        : [];
    },
  };
}

const readableTypes: readonly OutputColumn['type'][] = ['text', 'integer', 'decimal'];

/** What is enciphered has an identifier's form and is nobody's, or another's by chance: its look says nothing. */
export const residualMeasurements = (columns: readonly OutputColumn[]): readonly Measurement[] =>
  columns
    .filter((column) => readableTypes.includes(column.type) && column.technique !== 'encipher')
    .flatMap((column) => [
      anyIdentifier(column.name),
      ...(column.type === 'text' && column.reversibility !== 'keyed' ? [asAColumn(column)] : []),
    ]);
