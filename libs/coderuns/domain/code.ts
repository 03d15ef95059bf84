import { digestOf, type Digest, type Id, type Refusal } from '#kernel';
import type { ColumnLineage } from '../contract.js';
import type { Derivation } from './derivation.js';
import type { Facts } from './plan/compile.js';
import { exactly, isBound, sizeOf, type Bound } from './plan/json.js';
import { protect, type Protected } from './plan/protect.js';
import { readPlan, type Inputs } from './plan/read.js';
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

/** DuckDB's answer about submitted code, bound against empty tables, and what it may read. */
export interface Reading {
  /** What `json_serialize_plan` said. */
  readonly answer: string;
  /** Names of the result's columns; none where the code could not be bound. */
  readonly names: readonly string[];
  readonly sql: string;
  /** Name and version of the engine that bound it. */
  readonly engine: string;
  /** The inputs' columns by table name. */
  readonly inputs: Inputs;
  readonly facts: Facts;
  /** Whether it is to run: then it is also asked whom the code singles out. */
  readonly runs?: boolean;
}

/** Far above what a person writes; what generated code of the allowed length needs at most. */
export const readingLimits = { planBytes: 16_000_000, nodes: 200_000, depth: 2_400, columns: 2_000 } as const;
export const tooComplex = (): Refusal => refuse('coderuns.code-too-complex');

/**
 * What the code is when it runs over raw data, and what its result derives from, from the plan that DuckDB's binder made of it.
 * @throws Refusal `coderuns.code-too-complex` past the limits; `coderuns.code-unreadable`, `coderuns.code-unbound`, `coderuns.one-select`,
 * `coderuns.unknown-table`, and those of `readPlan` and `protect`
 */
export function analyse({ answer, names, sql, engine, inputs, facts, runs = false }: Reading): Protected {
  if (answer.length > readingLimits.planBytes) throw tooComplex();
  const plan = boundPlan(exactly(answer), sql);
  const { nodes, depth } = sizeOf(plan);
  if (nodes > readingLimits.nodes || depth > readingLimits.depth || names.length > readingLimits.columns) throw tooComplex();
  return protect(readPlan(plan, inputs, engine), names, facts, runs);
}

/** Statements that change or say something: of a plan's root alone, since nothing below a SELECT can be one. */
const noSelect =
  /^LOGICAL_(INSERT|UPDATE|DELETE|MERGE|CREATE|DROP|ALTER|COPY|ATTACH|DETACH|SET|RESET|PRAGMA|EXPLAIN|SHOW|LOAD|VACUUM|TRANSACTION|EXECUTE|PREPARE|EXPORT|CALL)/;

/**
 * The one plan of the answer, or why there is none. Names in it are the code's own.
 * @throws Refusal `coderuns.code-unreadable` and `coderuns.code-unbound` with line and column where DuckDB gives a place,
 * `coderuns.unknown-table`, `coderuns.one-select`, `coderuns.code-too-complex`
 */
function boundPlan(answer: unknown, sql: string): Bound {
  if (!isBound(answer)) throw refuse('coderuns.one-select');
  if (answer['error'] === true) {
    if (/depth limit|expression depth/i.test(String(answer['error_message']))) throw tooComplex();
    const position = Number(answer['position'] ?? NaN);
    const place = Number.isInteger(position) ? placeOf(sql, position) : {};
    if (answer['error_type'] === 'parser') throw refuse('coderuns.code-unreadable', place);
    if (answer['type'] === 'Table') throw refuse('coderuns.unknown-table', { table: String(answer['name']).slice(0, 60) });
    if (answer['error_type'] === 'not implemented') throw refuse('coderuns.one-select');
    // What it names is not there, does not fit, or must not be opened.
    throw refuse('coderuns.code-unbound', { kind: String(answer['error_type']).slice(0, 30), ...place });
  }
  const plans = answer['plans'];
  const [only, ...more] = Array.isArray(plans) ? (plans as unknown[]) : [];
  if (!isBound(only) || more.length > 0 || noSelect.test(String(only['type']))) throw refuse('coderuns.one-select');
  return only;
}

/** Line and column from 1 of a byte offset; the column counts characters. */
function placeOf(sql: string, offset: number): { line: number; column: number } {
  const before = Buffer.from(sql).subarray(0, offset).toString('utf8').split('\n');
  return { line: before.length, column: Array.from(before.at(-1) ?? '').length + 1 };
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
