import { digestOf, type Digest, type Id, type Refusal } from '#kernel';
import type { ColumnLineage } from '../contract.js';
import { harmlessTableFunctions, lineageOf, TooMuchWork, Work, type Derivation } from './lineage.js';
import { everyNode, node, nodes, sizeOf, text, type Node } from './syntax-tree.js';
import { refuse } from './refusals.js';

export interface CodeInput {
  readonly copyId: Id;
  readonly datasetId: Id;
  readonly as: string;
}
export interface Code {
  readonly scenarioId: Id;
  readonly purpose: 'run' | 'train';
  readonly language: 'sql';
  readonly sql: string;
  readonly inputs: readonly CodeInput[];
}

/** What is reviewed and what runs are this, to the letter (MOD-03). */
export const codeDigest = ({ scenarioId, purpose, language, sql, inputs }: Code): Digest =>
  digestOf({ scenarioId, purpose, language, sql, inputs: inputs.map(({ copyId, as }) => ({ copyId, as })) });

/** @throws Refusal `coderuns.input-twice` */
export function assertInputs(inputs: readonly { readonly copyId: Id; readonly as: string }[]): void {
  const names = inputs.map((input) => input.as);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw refuse('coderuns.input-twice', { table: twice });
}

/**
 * Reads DuckDB's answer to `json_serialize_sql`.
 * @throws Refusal `coderuns.code-unreadable` (with line and column where the parser gives a place), `coderuns.one-select`
 */
export function readTree(answer: string, sql: string): Node {
  const tree = JSON.parse(answer) as Node;
  if (tree['error'] === true) {
    if (/depth limit/i.test(text(tree['error_message']))) throw tooComplex();
    const position = Number(tree['position']);
    if (text(tree['error_type']) !== 'parser') throw refuse('coderuns.one-select');
    throw refuse('coderuns.code-unreadable', Number.isInteger(position) ? placeOf(sql, position) : {});
  }
  const [only, ...more] = nodes(tree['statements']);
  const select = node(only?.['node']);
  if (select === undefined || more.length > 0) throw refuse('coderuns.one-select');
  return select;
}

/** Line and column from 1 of a byte offset; the column counts characters. */
function placeOf(sql: string, offset: number): { line: number; column: number } {
  const before = Buffer.from(sql).subarray(0, offset).toString('utf8').split('\n');
  return { line: before.length, column: Array.from(before.at(-1) ?? '').length + 1 };
}

/** Tables that the code names and are neither an input nor a common table expression, and functions that open files or anything else. */
export function assertReadsInputsOnly(select: Node, inputs: readonly { readonly as: string }[]): void {
  const known = new Set([...inputs.map((input) => input.as), ...named(select)]);
  const strange = relations(select).find((relation) =>
    relation.type === 'BASE_TABLE' ? !isKnown(relation, known) : !isHarmless(relation),
  );
  if (strange === undefined) return;
  if (strange.type === 'BASE_TABLE') throw refuse('coderuns.unknown-table', { table: text(strange['table_name']).slice(0, 60) });
  throw refuse('coderuns.function-not-allowed', { function: text(node(strange['function'])?.['function_name']).slice(0, 60) });
}
const isKnown = (table: Node, known: ReadonlySet<string>): boolean =>
  known.has(text(table['table_name']).toLowerCase()) && text(table['schema_name']) === '' && text(table['catalog_name']) === '';
const isHarmless = (relation: Node): boolean => harmlessTableFunctions.has(text(node(relation['function'])?.['function_name']));

const relations = (select: Node): Node[] =>
  [...everyNode(select)].filter((one) => one.type === 'BASE_TABLE' || one.type === 'TABLE_FUNCTION' || one.type === 'SHOW_REF');
const named = (select: Node): string[] =>
  [...everyNode(select)].flatMap((one) => nodes(node(one['cte_map'])?.['map']).map((entry) => text(entry['key']).toLowerCase()));

/** DuckDB's answer about submitted code, and what it may read. */
export interface Reading {
  readonly answer: string;
  readonly sql: string;
  readonly inputs: readonly { readonly as: string }[];
  /** The inputs' columns by table name. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
}

/** Far above what a person writes; what generated code of the allowed length needs at most. */
export const readingLimits = { treeBytes: 4_000_000, nodes: 60_000, depth: 1200, steps: 20_000_000, columns: 2_000 } as const;
export const tooComplex = (): Refusal => refuse('coderuns.code-too-complex');

/**
 * What the code's result derives from; one derivation a column, in order; undefined where even their number cannot be told.
 * @throws Refusal `coderuns.code-too-complex` past the limits; `coderuns.code-unreadable`, `coderuns.one-select`,
 * `coderuns.unknown-table`, `coderuns.function-not-allowed`
 */
export function analyse({ answer, sql, inputs, columns }: Reading): readonly Derivation[] | undefined {
  if (answer.length > readingLimits.treeBytes) throw tooComplex();
  const select = readTree(answer, sql);
  const { nodes: count, depth } = sizeOf(select);
  if (count > readingLimits.nodes || depth > readingLimits.depth) throw tooComplex();
  assertReadsInputsOnly(select, inputs);
  try {
    const lineage = lineageOf(select, columns, new Work(readingLimits.steps));
    // Each may derive from every field, and is told with them.
    if (lineage !== undefined && lineage.length > readingLimits.columns) throw new TooMuchWork();
    return lineage;
  } catch (fault) {
    throw fault instanceof TooMuchWork ? tooComplex() : fault;
  }
}

/** Fields that the result derives from, by input. */
export function lineageView(
  derivations: readonly Derivation[],
  names: readonly string[] | undefined,
  inputs: readonly CodeInput[],
): ColumnLineage[] {
  const datasets = new Map(inputs.map((input) => [input.as, input.datasetId]));
  return derivations.map(({ raw, grouped, sources }, i) => ({
    column: names?.[i] ?? `#${String(i + 1)}`,
    reversibility: raw ? 'raw' : 'irreversible',
    sources: sources.flatMap(({ table, column }) => {
      const datasetId = datasets.get(table);
      return datasetId === undefined ? [] : [{ datasetId, column }];
    }),
    ...(grouped ? { grouped } : {}),
  }));
}

/**
 * The lineage of a finished result under the names that its columns got. Where the code could not be read column by column, each is a raw
 * one of every field of every input.
 */
export function resultLineage(
  derivations: readonly Derivation[] | undefined,
  names: readonly string[],
  inputs: readonly CodeInput[],
  columns: ReadonlyMap<string, readonly string[]>,
): ColumnLineage[] {
  const everything = [...columns].flatMap(([table, fields]) => fields.map((column) => ({ table, column })));
  const worst: Derivation = { raw: true, grouped: false, sources: everything };
  const known = derivations?.length === names.length ? derivations : names.map(() => worst);
  return lineageView(known, names, inputs);
}
