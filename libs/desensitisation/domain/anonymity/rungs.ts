import { sqlText } from '#kernel';
import type { SchemaColumn, Technique } from '../../contract.js';
import { generalise, generaliseSql, type Generalisation } from '../techniques/generalise.js';
import { scaled, scaledText } from '../techniques/numeric.js';
import { hidden } from '../techniques/patterns.js';

/** One step of a column's ladder: what a value becomes there. A column keeps its type on every rung, so that code runs on samples as on data. */
export type Rung =
  /** As the plan's technique makes it. */
  | { readonly rung: 'made' }
  /** A coarser technique of the raw value. What the plan's technique hides stays hidden. */
  | { readonly rung: 'coarser'; readonly to: Generalisation }
  /** Numbers as the lower edge of their bin; the width is a decimal. */
  | { readonly rung: 'floor'; readonly width: string }
  /** Days as the first of theirs. */
  | { readonly rung: 'first-day'; readonly of: 'month' | 'year' | 'decade' }
  /** As a hierarchy of the plan has it at a level, from 0. */
  | { readonly rung: 'level'; readonly map: Readonly<Record<string, string>> }
  /** One for all rows: says nothing, not even that there was nothing. */
  | { readonly rung: 'all' };

/** Expressions of a column: the raw one, and what the plan's technique makes of it, whose type is `type`. */
export interface Made {
  readonly raw: string;
  readonly rawType: SchemaColumn['type'];
  readonly made: string;
  readonly type: SchemaColumn['type'];
}

const textOf = (column: string, type: SchemaColumn['type']): string => (type === 'text' ? column : `CAST(${column} AS VARCHAR)`);

export function rungSql(rung: Rung, { raw, rawType, made, type }: Made, sqlType: string): string {
  switch (rung.rung) {
    case 'made':
      return made;
    case 'coarser':
      return `CASE WHEN ${made} IS NULL OR ${made} = ${sqlText(hidden)} THEN ${made} ELSE ${generaliseSql(rung.to, raw, textOf(raw, rawType), rawType)} END`;
    case 'floor': {
      const width = `CAST(${sqlText(rung.width)} AS ${sqlType})`;
      return `CAST(${made} - ((${made} % ${width}) + ${width}) % ${width} AS ${sqlType})`;
    }
    case 'first-day':
      return `CAST(date_trunc('${rung.of}', ${made}) AS ${sqlType})`;
    case 'level':
      return generaliseSql({ by: 'hierarchy', map: rung.map, otherwise: hidden }, made, made, 'text');
    case 'all':
      return type === 'text' ? sqlText(hidden) : `CAST(NULL AS ${sqlType})`;
  }
}

const firstDay = { month: 7, year: 4, decade: 3 } as const;

/** The same for one value: its raw text, and what the plan's technique made of that. */
export function climb(rung: Rung, raw: string | null, made: string | null, type: SchemaColumn['type']): string | null {
  if (rung.rung === 'all') return type === 'text' ? hidden : null;
  if (made === null || raw === null) return null;
  switch (rung.rung) {
    case 'made':
      return made;
    case 'coarser':
      return made === hidden ? made : generalise(rung.to, raw);
    case 'floor': {
      const [value, width] = [scaled(made), scaled(rung.width)];
      if (value === undefined || width === undefined) return null;
      return scaledText(value - (((value % width) + width) % width), type === 'integer');
    }
    case 'first-day': {
      const start = made.slice(0, firstDay[rung.of]);
      return `${start}${'0000-01-01'.slice(start.length)}${type === 'timestamp' ? ' 00:00:00' : ''}`;
    }
    case 'level':
      return generalise({ by: 'hierarchy', map: rung.map, otherwise: hidden }, made);
  }
}

/** How proofs and manifests call a rung. */
export function rungName(rung: Rung, technique: Technique['kind']): string {
  switch (rung.rung) {
    case 'made':
      return technique;
    case 'coarser': {
      const { to } = rung;
      const by: Readonly<Record<string, unknown>> = to;
      const [detail] = ['unit', 'level', 'digits', 'width'].flatMap((key) => (key in by ? [String(by[key])] : []));
      return detail === undefined ? `to ${to.by}` : `to ${to.by} ${detail}`;
    }
    case 'floor':
      return `to bins of ${rung.width}`;
    case 'first-day':
      return `to ${rung.of}`;
    case 'level':
      return 'to hierarchy';
    case 'all':
      return 'to one value';
  }
}
