import type { Id } from '#kernel';
import type { RowMatchPolicy } from './policy.js';

/** `e` the export, `s` the source. */
export type RowMatchSide = 'e' | 's';

export interface ColumnStatistics {
  readonly name: string;
  readonly rows: number;
  readonly filled: number;
  readonly distinct: number;
  /** How often values stand there, whatever the values, as `frequency x how many`: equal for two columns that are one-to-one. */
  readonly frequencies: string;
  /** For numbers the share of their range that they fill, from 0 to 1: a count of anything stands in a column of ages. */
  readonly dense: number;
}

/** Columns of the export set beside columns of the source, by their index. */
export type Projection = readonly { readonly exportColumn: number; readonly sourceColumn: number }[];

export interface ColumnProfile {
  readonly exported: readonly ColumnStatistics[];
  readonly source: readonly ColumnStatistics[];
  /** Distinct values of an export column that stand in a source column. */
  readonly hits: readonly { readonly exportColumn: number; readonly sourceColumn: number; readonly values: number }[];
}

export interface ProjectionMeasure {
  readonly columns: readonly string[];
  readonly sourceColumns: readonly string[];
  /** Rows of the export that stand in the source, rarely enough to be somebody's. */
  readonly matched: number;
  /** Rows that would by chance. */
  readonly expected: number;
}

export interface SourceMeasure {
  readonly datasetId: Id;
  readonly copyId: Id;
  readonly kind: 'raw' | 'reversible';
  readonly rows: number;
  readonly projections: readonly ProjectionMeasure[];
  readonly bijections: readonly { readonly column: string; readonly sourceColumn: string }[];
}

export interface RowMatchMeasure {
  readonly rows: number;
  readonly sources: readonly SourceMeasure[];
}

const sameName = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();

/**
 * For each export column the source column that holds most of its values; the one of the same name where it holds them as well.
 * As many values as make a veto are enough, however many invented ones stand around them.
 */
function mapColumns(profile: ColumnProfile, policy: RowMatchPolicy): Projection {
  return profile.exported.flatMap((exported, exportColumn) => {
    if (exported.distinct === 0) return [];
    const share = (values: number): number => values / exported.distinct;
    const fitting = profile.hits
      .filter((hit) => hit.exportColumn === exportColumn && (share(hit.values) >= policy.mapShare || hit.values >= policy.vetoRows))
      .map((hit) => ({ ...hit, named: sameName(exported.name, profile.source[hit.sourceColumn]?.name ?? '') }))
      .sort((a, b) => b.values - a.values || Number(b.named) - Number(a.named) || a.sourceColumn - b.sourceColumn);
    const best = fitting[0];
    return best === undefined ? [] : [{ exportColumn, sourceColumn: best.sourceColumn }];
  });
}

/** A source column that names its rows: nearly all different, and not just numbers that anything may equal. */
const namesRows = (column: ColumnStatistics): boolean => column.distinct >= 0.9 * column.rows && column.rows >= 2 && column.dense < 0.05;

/**
 * Which projections to look for: all comparable columns, all but one, all but two; the telling columns first, two and two; and a
 * single column where it names its rows by itself. The wider ones find copied rows among masked columns, the narrow ones a few
 * copied columns among new ones.
 */
export function chooseProjections(profile: ColumnProfile, policy: RowMatchPolicy): readonly Projection[] {
  const mapped = mapColumns(profile, policy);
  const telling = (pair: Projection[number]): number => profile.source[pair.sourceColumn]?.distinct ?? 0;
  const ranked = [...mapped].sort((a, b) => telling(b) - telling(a) || a.exportColumn - b.exportColumn);
  const singles = ranked.filter((pair) => {
    const column = profile.source[pair.sourceColumn];
    return column !== undefined && namesRows(column);
  });
  const without = (...gone: number[]): Projection => ranked.filter((_, index) => !gone.includes(index));
  const indexes = ranked.map((_, index) => index);
  const pairs = indexes.flatMap((a) => indexes.filter((b) => b > a).map((b) => [a, b] as const));
  const wanted: Projection[] = [
    ranked,
    ...singles.map((pair) => [pair]),
    ...indexes.map((index) => without(index)),
    ...indexes.slice(2).map((index) => ranked.slice(0, index)),
    ...pairs.filter(([, b]) => b < 6).map(([a, b]) => ranked.filter((_, index) => index === a || index === b)),
    ...pairs.map(([a, b]) => without(a, b)),
  ];
  const chosen = new Map<string, Projection>();
  for (const projection of wanted) {
    if (projection.length < 2 && !singles.some((pair) => projection.length === 1 && projection[0] === pair)) continue;
    const ordered = [...projection].sort((a, b) => a.exportColumn - b.exportColumn);
    chosen.set(ordered.map((pair) => pair.exportColumn).join(' '), ordered);
  }
  return [...chosen.values()].slice(0, policy.maximumProjections);
}

/** Short exports have too few rows to exchange values between: decoys are drawn from the source. */
export const drawsFromSource = (rows: number): boolean => rows < 30;

/**
 * Measuring chance costs a pass a column: it is done for the widest projections that match at all, since few hidden rows show there,
 * and for those that match most.
 */
export function worthExplaining(
  measured: readonly { readonly projection: Projection; readonly matched: number }[],
): readonly { readonly projection: Projection; readonly matched: number }[] {
  const matching = measured.filter((one) => one.matched > 0);
  const widest = [...matching].sort((a, b) => b.projection.length - a.projection.length || b.matched - a.matched).slice(0, 6);
  const most = [...matching].sort((a, b) => b.matched - a.matched).slice(0, 6);
  return [...new Set([...widest, ...most])];
}

/**
 * The matches to expect: as many as the most exchangeable column of the projection would make. A single column has nothing to be
 * exchanged with; it is only looked at where it names rows, so nothing is expected. A column whose every exchange gives a row of the
 * export (a constant) says nothing; where all are so (every combination is there), nor does the projection.
 */
export function expectedMatches(
  rows: number,
  matchedRows: number,
  decoys: readonly { readonly decoys: number; readonly matched: number }[],
): number {
  if (decoys.length <= 1) return 0;
  const telling = decoys.filter((chance) => chance.decoys > 0);
  if (telling.length === 0) return matchedRows;
  return Math.min(matchedRows, Math.max(...telling.map((chance) => (rows * chance.matched) / chance.decoys)));
}

/** What a measure means (EXP-02). `found` is the number of rows beyond chance. */
export function judge(
  rows: number,
  measure: ProjectionMeasure,
  policy: RowMatchPolicy,
): { answer: 'pass' | 'needs-a-human' | 'veto'; found: number } {
  const found = measure.matched - measure.expected;
  const noise = 3 * Math.sqrt(measure.expected);
  const raw = Math.min(policy.vetoRows, Math.max(1, policy.vetoShare * rows));
  const rounded = Math.max(0, Math.round(found));
  if (found >= raw && found > noise) return { answer: 'veto', found: rounded };
  return found >= 1 && found > noise ? { answer: 'needs-a-human', found: rounded } : { answer: 'pass', found: rounded };
}
