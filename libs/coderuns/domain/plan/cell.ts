import { farthestCentre } from './contributions.js';
import type { Part } from './behind.js';
import type { DisclosureRule } from './enforce.js';
import { kindOf, type MeasureKind } from './functions.js';
import { textOf } from './sql-text.js';
import type { Measure } from './tree.js';

/** A measure’s value for a group, and when it is let through. */
export interface Cell {
  /** Subjects that its rule asks for. */
  readonly needed: (rule: DisclosureRule) => number;
  /** Whether a row goes into it, as SQL over the rows. */
  readonly counts: string;
  /** Whether it is let through, as SQL over what was measured. */
  readonly holds: (at: number, holders: number, rule: DisclosureRule, parts: readonly Part[]) => string;
}

/** Places of the order at which values of one thing are told, by a measure of a group and those before it. */
function placesOf(measure: Measure, measures: readonly Measure[]): readonly string[] {
  const textsOf = ({ of }: Measure): string => of.map((one) => textOf(one)).join();
  const same = measures.filter((one) => kindOf(one.name) === 'ranks' && textsOf(one) === textsOf(measure));
  return [...new Set(same.flatMap(({ fractions }) => fractions?.values ?? ['0.5']))];
}

export function cellOf(measure: Measure, at: number, measures: readonly Measure[]): Cell {
  const { name, of, filter } = measure;
  const kind = kindOf(name) ?? 'picks';
  const places = placesOf(measure, measures.slice(0, at + 1));
  const there = of.map((one) => `${textOf(one)} IS NOT NULL`);
  const counts = [...(filter === undefined ? [] : [`coalesce(${textOf(filter)}, false)`]), ...there].join(' AND ') || 'true';
  const needed = (rule: DisclosureRule): number => neededOf(kind, places, rule);
  return { counts, needed, holds: (at, holders, rule, parts) => holdsOf(kind, places, { at, holders, rule, parts }) };
}

/** Past what is counted in bits wherever a place cannot be read. */
function neededOf(kind: MeasureKind, fractions: readonly string[], { threshold, degreesOfFreedom }: DisclosureRule): number {
  if (kind === 'fits') return Math.max(threshold, degreesOfFreedom + 2);
  if (kind !== 'ranks') return threshold;
  return Math.max(threshold, ...partsOf(fractions).map((one) => (one > 0 ? Math.ceil(threshold / one) : Infinity)));
}
/** Shares of the subjects between two of the places that are told, and before the first and after the last; NaN where one cannot be read. */
function partsOf(fractions: readonly string[]): readonly number[] {
  const places = fractions.map((one) => Number(/\d*\.?\d+(?:e[-+]?\d+)?/i.exec(one.replace(/^CAST\(/, ''))?.[0]));
  const edges = [0, ...[...new Set(places)].sort((a, b) => a - b), 1];
  return edges.slice(1).map((edge, at) => edge - (edges[at] ?? 0));
}

interface Measured {
  readonly at: number;
  readonly holders: number;
  readonly rule: DisclosureRule;
  readonly parts: readonly Part[];
}

function holdsOf(kind: MeasureKind, fractions: readonly string[], { at, holders, rule, parts }: Measured): string {
  if (kind === 'picks') return 'false';
  const each = Array.from({ length: holders }, (_, i) => i);
  const n = (i: number): string => `coalesce(e.n${String(at)}_${String(i)}, 0)`;
  const enough = each.map((i) => `${n(i)} >= ${String(rule.threshold)}`);
  if (kind === 'ranks') {
    const least = Math.min(...partsOf(fractions));
    const spaced = (i: number): string => (least > 0 ? `${n(i)} * ${String(least)} >= ${String(rule.threshold)}` : 'false');
    return [...enough, ...each.map(spaced)].join(' AND ');
  }
  const free = kind === 'fits' ? each.map((i) => `${n(i)} - 2 >= ${String(rule.degreesOfFreedom)}`) : [];
  const spread = each.flatMap((i) => parts.flatMap((part) => spreadOf(`s${String(i)}`, part, rule)));
  return [...enough, ...free, ...spread].join(' AND ');
}

/** None or two of the subjects make up most of it, and of what is computed enough of them are apart from the others, or nobody is. */
function spreadOf(of: string, { c, centred }: Part, rule: DisclosureRule): readonly string[] {
  const even = (total: string, top: string): string => {
    const [first, second] = [`coalesce(${of}.${top}[1], 0)`, `coalesce(${of}.${top}[2], 0)`];
    const share = `(${first} + ${second}) <= ${String(rule.dominanceShare)} * ${of}.${total}`;
    const guess = `${of}.${total} - ${first} - ${second} >= ${String(rule.pPercent / 100)} * ${first}`;
    return `coalesce(${of}.${total} = 0 OR (${share} AND ${guess}), false)`;
  };
  const apart = `coalesce(${of}.cn${c} = 0 OR ${of}.cn${c} >= ${String(rule.threshold)}, false)`;
  return [
    even(`total${c}`, `top${c}`),
    ...(centred ? [even(`ctotal${c}`, `ctop${c}`), apart, `${of}.centre${c} <= ${String(farthestCentre)}`] : []),
  ];
}
