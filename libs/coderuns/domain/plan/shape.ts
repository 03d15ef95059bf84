import { refuse } from '../refusals.js';
import { unlisted } from './json.js';
import type { Expression } from './tree.js';

/** A field of an input, as `table.column`. */
export type Source = string;

/**
 * What a relation's rows stand for. `open`: nothing but the code itself. `groups`: groups of subjects, each of which was let through.
 * `rows`: single subjects, or something computed for each of them.
 */
export type Grain = 'open' | 'groups' | 'rows';

export interface Column {
  readonly sources: ReadonlySet<Source>;
  /** A value of single rows, or a key that rows were grouped by (`grouped`). */
  readonly raw: boolean;
  readonly grouped: boolean;
  /** It derives from a column that identifies somebody. */
  readonly identifying: boolean;
  /** It is such a column itself. */
  readonly identity?: Identity;
  /** It is this field's value as it is. */
  readonly plain?: Source;
  /** Of rows: it is computed by more than a measure may add up (`forms.ts`). */
  readonly free?: true;
  /** The fields that it is one of, by which side of a union a row comes from. */
  readonly oneOf?: readonly Source[];
  /** It stands for nothing that the code may read, such as a row’s number. */
  readonly virtual?: true;
}
export interface Identity {
  /** Whom it identifies, by the holder's name. */
  readonly holder: string;
  /** Our own column that goes along with it. */
  readonly by: string;
}

/** Whom rows belong to: one person, one firm. Columns of our own go along with the rows, one for each column that identifies them. */
export interface Holder {
  readonly name: string;
  /** Those with the fewest values first. */
  readonly columns: readonly HolderColumn[];
  /** What is sealed of its rows; none where nothing is sealed. */
  readonly strands: readonly Strand[];
}
export interface Origin {
  /** Of the relation of groups, by its number in the map. */
  readonly node: number;
  readonly column: string;
}
/** Rows of one input, as they are told apart in sealed maps: two columns of our own go along with them. */
export interface Strand {
  readonly table: string;
  /** The column of the input by which subjects are told apart; empty where a row stands for itself. */
  readonly column: string;
  /** Whether no subject has two rows of these. */
  readonly once: boolean;
  /** Our column of whose row it is; missing where there is no row of the input. */
  readonly by: string;
  /** Our column of which row it is, as a number of the field (`sealing.ts`). */
  readonly row: string;
}
export interface HolderColumn {
  readonly name: string;
  /** The column of the input that it is made of; empty where a row stands for itself. */
  readonly of: string;
  /** How many different ones there are in the input. */
  readonly values: number;
  /** People’s names, which several may bear. */
  readonly isName: boolean;
  /** Whether none stands in two rows. */
  readonly once?: boolean;
  /** Whether another number stands for it where it is missing: in another input somebody may have both. */
  readonly completed?: boolean;
}

/** Whether rows of one value are one subject's: several bear a name, and where most have no number those without it are many. */
export const tellsApart = ({ isName, completed }: HolderColumn): boolean => !isName && completed !== true;

export interface Shape {
  readonly grain: Grain;
  readonly columns: readonly Column[];
  /** Fields that decide which rows there are: predicates, join conditions. */
  readonly flows: ReadonlySet<Source>;
  readonly holders: readonly Holder[];
  /** Of groups whose cells are sealed: our columns that say which cell a row is of; a relation that has none left may show all of them. */
  readonly origins?: readonly Origin[];
  /** Of rows: only the first of some order were kept. */
  readonly cut?: boolean;
}

const none: ReadonlySet<Source> = new Set();
export const constantColumn: Column = { sources: none, raw: false, grouped: false, identifying: false };
export const openShape = (columns: readonly Column[]): Shape => ({ grain: 'open', columns, flows: none, holders: [] });

export const union = (...sets: readonly ReadonlySet<Source>[]): ReadonlySet<Source> => {
  const large = sets.filter((set) => set.size > 0);
  return large.length <= 1 ? (large[0] ?? none) : new Set(large.flatMap((set) => [...set]));
};

/** What an expression over columns tells: of all of them together, and it identifies where one does. */
export function derive(of: Expression, columns: readonly Column[]): Column {
  switch (of.is) {
    case 'column': {
      const found = columns[of.at];
      if (found === undefined || found.virtual === true) throw unlisted('rowid');
      return found;
    }
    case 'constant':
      return constantColumn;
    case 'cast': {
      const inner = derive(of.of, columns);
      return of.type === 'VARCHAR' ? inner : wide.has(of.type) ? without(inner) : computed(without(inner));
    }
    default:
      return together(operandsOf(of).map((operand) => derive(operand, columns)));
  }
}
/** Types in which a number stays what it is. */
const wide: ReadonlySet<string> = new Set(['DOUBLE', 'HUGEINT']);
const computed = ({ plain: _, oneOf: __, ...column }: Column): Column => column;
const without = ({ identity: _, ...column }: Column): Column => column;

export function together(parts: readonly Column[]): Column {
  const raws = parts.filter((part) => part.raw);
  return {
    sources: union(...parts.map((part) => part.sources)),
    raw: raws.length > 0,
    grouped: raws.length > 0 && raws.every((part) => part.grouped),
    identifying: parts.some((part) => part.identifying),
    ...(parts.some((part) => part.free) ? { free: true } : {}),
  };
}

export function operandsOf(of: Expression): readonly Expression[] {
  switch (of.is) {
    case 'column':
    case 'constant':
      return [];
    case 'cast':
      return [of.of];
    case 'call':
    case 'compare':
    case 'logic':
      return of.of;
    case 'case':
      return [...of.when.flat(), of.otherwise];
  }
}

/**
 * Refuses, over rows, what asks whether an identifier is a certain one: a condition in which something that derives from an identifying
 * column meets something that does not come from rows. Whether it is missing may be asked.
 * @param condition whether the whole is a condition by itself, such as a filter
 * @param fromRows whether a column comes from rows
 * @throws Refusal `coderuns.identifier-compared`
 */
export function assertSinglesNobodyOut(
  of: Expression,
  columns: readonly Column[],
  condition: boolean,
  fromRows: (at: number) => boolean = () => true,
): void {
  const left: (readonly [Expression, boolean])[] = [[of, condition]];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [one, asks] = next;
    const joins = one.is === 'logic' && ['AND', 'OR', 'NOT'].includes(one.by);
    if (one.is === 'case') {
      for (const [when, then] of one.when) left.push([when, true], [then, asks]);
      left.push([one.otherwise, asks]);
      continue;
    }
    for (const operand of operandsOf(one)) left.push([operand, joins && asks]);
    if (joins || one.is === 'column' || one.is === 'constant') continue;
    const compares = one.is === 'compare' || (one.is === 'logic' && (one.by === 'IN' || one.by === 'NOT IN'));
    if (!compares && !(asks && one.is !== 'logic')) continue;
    const told = derive(one, columns);
    if (told.identifying && !readsRowsAlone(one, fromRows)) throw refuse('coderuns.identifier-compared', { fields: [...told.sources] });
  }
}
/** Whether every leaf is a column that comes from rows. */
const readsRowsAlone = (of: Expression, fromRows: (at: number) => boolean): boolean =>
  of.is === 'column' ? fromRows(of.at) : of.is !== 'constant' && operandsOf(of).every((operand) => readsRowsAlone(operand, fromRows));
