import { sqlName } from '#kernel';
import { refuse } from '../refusals.js';
import { enforced, groupColumns, perSubject, type DisclosureRule, type Group } from './enforce.js';
import { flowing, identifiedBy, hidden, listed, Tables, type Compiled } from './compiled.js';
import { isFree } from './forms.js';
import { single } from './functions.js';
import { inlined } from './inline.js';
import { joined } from './join.js';
import { setOf } from './union.js';
import { withConditionsInPlace } from './condition-places.js';
import { unlisted } from './json.js';
import {
  assertSinglesNobodyOut,
  constantColumn,
  derive,
  openShape,
  tellsApart,
  together,
  type Column,
  type Holder,
  type Origin,
  type Shape,
  type Source,
} from './shape.js';
import { strandOf, strandTexts, wholeRow } from './sealing.js';
import { column, measureText, orderText, textOf, windowText } from './sql-text.js';
import { widthOf, type Expression, type Relation } from './tree.js';

export interface Identifier {
  readonly column: string;
  /** How many different ones there are. */
  readonly values: number;
  /** People’s names, which several may bear. */
  readonly isName: boolean;
  /** Whether every value is its own normal form. */
  readonly plain?: boolean;
  /** Whether none stands in two rows. */
  readonly once?: boolean;
  /**
   * It is missing in most rows, and people are told by this document there. So it can make one of two whom the document tells apart, and
   * never two of one: a group has no more subjects than by the document alone.
   */
  readonly otherwise?: string;
}
export interface Facts {
  /** Columns that identify whom a row is about, by table; the one with the fewest values first. */
  readonly identifying: ReadonlyMap<string, readonly Identifier[]>;
  readonly rule: DisclosureRule;
  /** What the providers' release rules say; nothing said is `aggregate`. */
  readonly releases?: Releases;
}
export interface Releases {
  /** Inputs that are lists which anybody may have. */
  readonly lists: ReadonlySet<string>;
  /** Fields of which figures leave rounded. */
  readonly rounded: ReadonlySet<Source>;
}

/** What stands around a relation: whether groups are made of its rows above, and the common tables by number. */
interface Around {
  readonly groupedAbove: boolean;
  readonly common: ReadonlyMap<number, Compiled>;
}

/**
 * Makes of a bound query the SQL that runs over raw data. Groups are let through by what is measured of them in the same run
 * (`enforced`); what is computed from groups that were let through needs no further rule. Rows of single subjects are not changed: they
 * are told as such, and the export gate does not let them leave.
 */
export class Compiler {
  readonly tables: Tables;
  /** @param seals whether beside the result a map of who stands behind its cells is made */
  constructor(
    private readonly facts: Facts,
    seals = false,
    finestAlone = false,
  ) {
    this.tables = new Tables(seals, facts.releases?.rounded, finestAlone);
  }

  compile(relation: Relation, around: Around = { groupedAbove: false, common: new Map() }): Compiled {
    const below = (of: Relation): Compiled => this.compile(of, around);
    switch (relation.is) {
      case 'input':
        return this.facts.releases?.lists.has(relation.table) === true ? this.list(relation) : this.input(relation);
      case 'values':
        return this.values(relation.rows);
      case 'series':
        return this.tables.add(
          `SELECT x AS c0 FROM ${relation.name}(${relation.bounds.map((one) => textOf(one)).join(', ')}) AS s(x)`,
          openShape([constantColumn]),
        );
      case 'filter': {
        const placed = withConditionsInPlace(relation);
        return placed.is === 'filter' ? this.filter(placed, below(placed.from)) : below(placed);
      }
      case 'project':
        return this.project(relation.columns, below(relation.from));
      case 'group':
        return this.group(inlined(relation), around);
      case 'distinct': {
        const keys = Array.from({ length: widthOf(relation.from) }, (_, at): Expression => ({ is: 'column', at }));
        const all = keys.map((_, at) => at);
        return this.group(inlined({ is: 'group', from: relation.from, keys, sets: [all], measures: [], groupings: [] }), around);
      }
      case 'window':
        return this.window(relation, below(relation.from));
      case 'join':
        return joined(this.tables, relation, below(relation.left), below(relation.right), this.facts.rule);
      case 'set':
        return setOf(this.tables, relation, below(relation.of[0]), below(relation.of[1]));
      case 'order': {
        const from = below(relation.from);
        return this.tables.add(
          `SELECT * FROM ${from.name} ORDER BY ${orderText(relation.by)}`,
          flowing(
            from.shape,
            relation.by.map(({ by }) => by),
          ),
        );
      }
      case 'limit': {
        const from = below(relation.from);
        const limits = `${relation.rows === null ? '' : ` LIMIT ${String(relation.rows)}`}${relation.skip === null ? '' : ` OFFSET ${String(relation.skip)}`}`;
        return this.tables.add(
          `SELECT * FROM ${from.name}${limits}`,
          from.shape.grain === 'rows' ? { ...from.shape, cut: true } : from.shape,
        );
      }
      case 'common': {
        const table = below(relation.table);
        return this.compile(relation.from, { ...around, common: new Map([...around.common, [relation.number, table]]) });
      }
      case 'common-table':
        return this.again(around.common.get(relation.number));
    }
  }

  private input({ table, columns }: Extract<Relation, { is: 'input' }>): Compiled {
    const identifying = this.facts.identifying.get(table) ?? [];
    const name = this.tables.fresh('h');
    // Where nothing identifies, each row is taken for somebody's own.
    const held =
      identifying.length === 0
        ? [{ sql: 'hash(rowid)', of: '', values: Infinity, isName: false }]
        : identifying.map((one) => heldBy(one, identifying));
    const strand = this.tables.seals ? strandOf(name, table, identifying) : undefined;
    const holder: Holder = {
      name,
      columns: held.map(({ sql: _, ...one }, at) => ({ name: `${name}_${String(at)}`, ...one })),
      strands: strand === undefined ? [] : [strand],
    };
    const texts = [
      ...columns.map((one, at) => `${one === '' ? 'NULL' : sqlName(one)} AS ${column(at)}`),
      ...held.map(({ sql }, at) => `${sql} AS ${name}_${String(at)}`),
      ...(strand === undefined ? [] : strandTexts(strand, strand.column === '' ? 'NULL' : subjectOf(sqlName(strand.column)))),
    ];
    const shapes = columns.map((one): Column => {
      if (one === '') return { ...constantColumn, virtual: true };
      const by = identifying.findIndex((each) => each.column === one);
      const plain = { sources: new Set([`${table}.${one}`]), raw: true, grouped: false, identifying: by >= 0, plain: `${table}.${one}` };
      return by < 0 ? plain : { ...plain, identity: { holder: name, by: `${name}_${String(by)}` } };
    });
    return this.tables.add(`SELECT ${texts.join(', ')} FROM ${sqlName(table)} AS ${wholeRow}`, {
      grain: 'rows',
      columns: shapes,
      flows: new Set(),
      holders: [holder],
    });
  }

  /** Rows of a list are about nobody: they may stand beside anybody's, as literals may. */
  private list({ table, columns }: Extract<Relation, { is: 'input' }>): Compiled {
    const texts = columns.map((one, at) => `${one === '' ? 'NULL' : sqlName(one)} AS ${column(at)}`);
    const shapes = columns.map((one): Column => {
      if (one === '') return { ...constantColumn, virtual: true };
      return { ...constantColumn, sources: new Set([`${table}.${one}`]), plain: `${table}.${one}` };
    });
    return this.tables.add(`SELECT ${listed(texts)} FROM ${sqlName(table)}`, openShape(shapes));
  }

  private values(rows: readonly (readonly Expression[])[]): Compiled {
    const width = rows[0]?.length ?? 0;
    const texts = rows.map((row) => `SELECT ${row.map((one, at) => `${textOf(one)} AS ${column(at)}`).join(', ') || '1 AS nothing'}`);
    return this.tables.add(texts.join(' UNION ALL '), openShape(Array.from({ length: width }, () => constantColumn)));
  }

  private filter({ where }: Extract<Relation, { is: 'filter' }>, { name, shape }: Compiled): Compiled {
    if (shape.grain === 'rows') for (const one of where) assertSinglesNobodyOut(one, shape.columns, true);
    return this.tables.add(`SELECT * FROM ${name} WHERE ${where.map((one) => textOf(one)).join(' AND ') || 'true'}`, flowing(shape, where));
  }

  private project(columns: readonly Expression[], { name, shape }: Compiled): Compiled {
    if (shape.grain === 'rows') for (const one of columns) assertSinglesNobodyOut(one, shape.columns, false);
    const texts = [...columns.map((one, at) => `${textOf(one)} AS ${column(at)}`), ...hidden(shape)];
    return this.tables.add(`SELECT ${listed(texts)} FROM ${name}`, {
      ...shape,
      columns: columns.map((one) => computed(shape, one)),
    });
  }

  private group(relation: Group, around: Around): Compiled {
    const from = this.compile(relation.from, { ...around, groupedAbove: true });
    const { shape } = from;
    if (shape.grain === 'rows') {
      const asked = [...relation.keys, ...relation.measures.flatMap(({ of }) => of)];
      for (const one of asked) assertSinglesNobodyOut(one, shape.columns, false);
      for (const { filter } of relation.measures) if (filter !== undefined) assertSinglesNobodyOut(filter, shape.columns, true);
      if (shape.cut === true) throw refuse('coderuns.order-dependent', { operator: 'LIMIT' });
      const taken = relation.measures.find(({ name }) => name === single);
      if (taken !== undefined) throw refuse('coderuns.function-not-allowed', { function: single });
      // One row a subject of each holder: of a name there may be several, and of another holder's rows some would become theirs.
      const keyed = relation.keys.map((key) => tellsOf(derive(key, shape.columns), shape));
      const everybody = shape.holders.every(({ name: holder }) => keyed.includes(holder));
      const plain = relation.sets.length === 1 && relation.sets[0]?.length === relation.keys.length && relation.groupings.length === 0;
      return around.groupedAbove && plain && everybody
        ? perSubject(this.tables, relation, from)
        : enforced(this.tables, relation, from, this.facts.rule);
    }
    const texts = [
      ...relation.keys.map((key, at) => `${textOf(key)} AS ${column(at)}`),
      ...relation.measures.map((one, at) => `${measureText(one)} AS ${column(relation.keys.length + at)}`),
      ...relation.groupings.map(
        (keys, at) =>
          `GROUPING(${keys.map((key) => textOf(relation.keys[key] ?? { is: 'constant', sql: 'NULL' })).join(', ')}) AS ${column(relation.keys.length + relation.measures.length + at)}`,
      ),
    ];
    const sets = relation.sets.map(
      (set) => `(${set.map((key) => textOf(relation.keys[key] ?? { is: 'constant', sql: 'NULL' })).join(', ')})`,
    );
    const grouping = relation.keys.length === 0 ? '' : ` GROUP BY GROUPING SETS (${sets.join(', ')})`;
    return this.tables.add(`SELECT ${texts.join(', ')} FROM ${from.name}${grouping}`, {
      ...this.tables.blend(shape),
      columns: groupColumns(relation, shape),
    });
  }

  private window({ windows }: Extract<Relation, { is: 'window' }>, { name, shape }: Compiled): Compiled {
    if (shape.grain === 'rows')
      for (const { partitions, of, orders } of windows) {
        const held = new Set(partitions.map((one) => tellsOf(derive(one, shape.columns), shape)));
        // A row's place among others' rows, or their sum beside it, tells of others.
        if (!shape.holders.every((holder) => held.has(holder.name))) throw refuse('coderuns.window-crosses-subjects');
        for (const one of [...of, ...orders.map(({ by }) => by)]) assertSinglesNobodyOut(one, shape.columns, false);
      }
    const width = shape.columns.length;
    const texts = windows.map((one, at) => `${windowText(one)} AS ${column(width + at)}`);
    const told = windows.map(({ of, partitions, orders }) =>
      // Whose rows they are is no part of the value.
      together([
        ...[...of, ...orders.map(({ by }) => by)].map((one) => derive(one, shape.columns)),
        ...partitions.map((one) => ({ ...derive(one, shape.columns), identifying: false })),
      ]),
    );
    const raw = shape.grain === 'rows';
    return this.tables.add(`SELECT *, ${texts.join(', ')} FROM ${name}`, {
      ...shape,
      columns: [
        ...shape.columns,
        ...told.map((one, at): Column => {
          const free = raw && windows[at]?.of.some((each) => isFree(each, shape.columns)) === true;
          return { ...one, raw: raw && one.raw, grouped: false, ...(free ? { free: true } : {}) };
        }),
      ],
    });
  }

  /** Read once more, a common table's holders are others: joined with itself it holds two people in a row. */
  private again(table: Compiled | undefined): Compiled {
    if (table === undefined) throw unlisted('CTE');
    const renamed = new Map<string, string>();
    const holders = table.shape.holders.map((holder): Holder => {
      const name = this.tables.fresh('h');
      renamed.set(holder.name, name);
      const called = (was: string, now: string): string => {
        renamed.set(was, now);
        return now;
      };
      return {
        name,
        columns: holder.columns.map((one, at) => ({ ...one, name: called(one.name, `${name}_${String(at)}`) })),
        strands: holder.strands.map((one, at) => ({
          ...one,
          by: called(one.by, `${name}_s${String(at)}`),
          row: called(one.row, `${name}_r${String(at)}`),
        })),
      };
    });
    const nameOf = (name: string): string => renamed.get(name) ?? name;
    const origins = (table.shape.origins ?? []).map(({ node, column: was }): Origin => {
      const now = this.tables.fresh('o');
      renamed.set(was, now);
      return { node, column: now };
    });
    const texts = [...table.shape.columns.map((_, at) => column(at)), ...hidden(table.shape).map((one) => `${one} AS ${nameOf(one)}`)];
    const columns = table.shape.columns.map((one) =>
      identifiedBy(one, one.identity && { holder: nameOf(one.identity.holder), by: nameOf(one.identity.by) }),
    );
    return this.tables.add(`SELECT ${listed(texts)} FROM ${table.name}`, { ...table.shape, columns, holders, origins });
  }
}

/** Of rows, what is computed freely is told as such: a measure does not add it up. */
function computed({ grain, columns }: Shape, of: Expression): Column {
  const one = derive(of, columns);
  return grain === 'rows' && of.is !== 'column' && isFree(of, columns) ? { ...one, free: true } : one;
}
/** The holder of whom the column tells one from all others; none for a name, which several may bear. */
const tellsOf = ({ identity }: Column, { holders }: Shape): string | undefined =>
  holders.some(({ columns }) => columns.some((one) => one.name === identity?.by && tellsApart(one))) ? identity?.holder : undefined;

/** By what a column of the input says whose a row is, and how many there may be. */
function heldBy({ column: of, plain: _, otherwise, once, ...more }: Identifier, all: readonly Identifier[]) {
  const own = subjectOf(sqlName(of));
  const document = all.find((one) => one.column === otherwise);
  if (document === undefined) return { sql: own, of, ...more, ...(once === undefined ? {} : { once }) };
  const other = subjectOf(sqlName(document.column));
  // Whoever has it in one row is the same in the others.
  const elsewhere = `CASE WHEN ${other} IS NOT NULL THEN max(${own}) OVER (PARTITION BY ${other}) END`;
  const sql = `coalesce(${[own, ...(document.once === true ? [] : [elsewhere]), other].join(', ')})`;
  return { sql, of, ...more, values: document.values, once: once === true && document.once === true, completed: true };
}

/** Whom a value stands for, in normal form (`normalFormMacros`); nobody where it is missing or blank. */
const subjectOf = (sql: string): string =>
  // Of nothing DuckDB makes a number too.
  `nullif(hash(nullif(compact_form(CAST(${sql} AS VARCHAR)), '')), hash(CAST(NULL AS VARCHAR)))`;
