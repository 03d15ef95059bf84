import { childrenOf, node, nodes, Shapes, text, texts, type Node } from './syntax-tree.js';

export interface SourceColumn {
  readonly table: string;
  readonly column: string;
}

/** What a value derives from. `raw`: row values, or something computed from them row by row. `grouped`: a key that rows were grouped by. */
export interface Derivation {
  readonly raw: boolean;
  readonly grouped: boolean;
  readonly sources: readonly SourceColumn[];
}
/** A relation's columns in order; `unknown` where its columns cannot be told. */
type Relation = ReadonlyMap<string, Derivation> | 'unknown';
interface Scope {
  readonly relations: readonly (readonly [alias: string, relation: Relation])[];
  readonly ctes: ReadonlyMap<string, Relation>;
  readonly outer?: Scope;
  /** The worst there is: every column of every input, row by row. */
  readonly worst: Derivation;
  readonly work: Work;
}

/** Counts what reading takes: a step a node visited, a relation looked through, a source column joined. */
export class Work {
  steps = 0;
  /** Nodes visited alone: each a bounded number of times, whatever stands around it. */
  visits = 0;
  readonly shapes = new Shapes();
  constructor(private readonly limit: number) {}

  visit(): void {
    this.visits++;
    this.spend(1);
  }
  /** @throws TooMuchWork past the limit */
  spend(steps: number): void {
    this.steps += steps;
    if (this.steps > this.limit) throw new TooMuchWork();
  }
}
export class TooMuchWork extends Error {}

/** Aggregates of which no single row can be read off, given groups large enough (which the export gate sees to). */
const blending: ReadonlySet<string> = new Set(
  'count count_star count_if sum fsum kahan_sum sumkahan avg mean favg stddev stddev_pop stddev_samp var_pop var_samp variance corr covar_pop covar_samp regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy skewness kurtosis kurtosis_pop entropy approx_count_distinct'.split(
    ' ',
  ),
);
/** Aggregates that hand on values of single rows: they end a row's run as well, but stay raw. */
const choosing: ReadonlySet<string> = new Set(
  'min max first last any_value arbitrary arg_min arg_max min_by max_by list array_agg string_agg group_concat listagg mode median quantile quantile_cont quantile_disc approx_quantile histogram bit_and bit_or bit_xor bool_and bool_or product'.split(
    ' ',
  ),
);
/** Functions that make rows out of nothing or out of a value; every other table function is refused before. */
export const harmlessTableFunctions: ReadonlySet<string> = new Set(['range', 'generate_series']);

const nothing: Derivation = { raw: false, grouped: false, sources: [] };
function together(parts: readonly Derivation[], work?: Work): Derivation {
  work?.spend(parts.reduce((sum, part) => sum + part.sources.length, 0));
  const sources = new Map(parts.flatMap((part) => part.sources).map((source) => [`${source.table}.${source.column}`, source]));
  const raws = parts.filter((part) => part.raw);
  return { raw: raws.length > 0, grouped: raws.length > 0 && raws.every((part) => part.grouped), sources: [...sources.values()] };
}
const blended = (parts: readonly Derivation[], work: Work): Derivation => ({ ...together(parts, work), raw: false, grouped: false });

/**
 * Reads from the syntax tree of one SELECT what each column of its result derives from. It errs to the worse side: a construct it does
 * not know makes the column a raw one of everything. What it finds is shown to reviewers and read by the export gate (EXP-03, MOD-04).
 * @param inputs the tables that the code may read, with their columns in order
 * @param work what it may take; every node is visited a bounded number of times
 * @returns a derivation for each column, in order; `undefined` where even their number cannot be told
 * @throws TooMuchWork past the limit
 */
export function lineageOf(
  select: Node,
  inputs: ReadonlyMap<string, readonly string[]>,
  work: Work = new Work(Number.MAX_SAFE_INTEGER),
): readonly Derivation[] | undefined {
  const base = new Map(
    [...inputs].map(([table, columns]) => [
      table,
      new Map(columns.map((column) => [column, { raw: true, grouped: false, sources: [{ table, column }] }])),
    ]),
  );
  const worst = together([...base.values()].flatMap((relation) => [...relation.values()]));
  const columns = selectNode(select, { relations: [], ctes: base, worst, work });
  return columns === 'unknown' ? undefined : columns.map(([, derivation]) => derivation);
}

type Columns = readonly (readonly [name: string, derivation: Derivation])[] | 'unknown';
const relationOf = (columns: Columns): Relation =>
  columns === 'unknown' ? 'unknown' : new Map(columns.map(([name, derivation]) => [name.toLowerCase(), derivation]));

function selectNode(select: Node, around: Scope): Columns {
  around.work.visit();
  const scope = withCtes(select, around);
  if (select.type === 'SET_OPERATION_NODE') {
    const left = selectNode(node(select['left']) ?? {}, scope);
    const right = selectNode(node(select['right']) ?? {}, scope);
    if (left === 'unknown' || right === 'unknown' || left.length !== right.length) return 'unknown';
    return left.map(([name, derivation], i) => [name, together([derivation, right[i]?.[1] ?? scope.worst], scope.work)] as const);
  }
  if (select.type !== 'SELECT_NODE') return 'unknown';
  const relations = fromTable(node(select['from_table']), scope);
  const inner: Scope = { ...scope, relations, outer: around };
  return selectList(select, inner);
}

function withCtes(select: Node, around: Scope): Scope {
  const entries = nodes(node(select['cte_map'])?.['map']);
  if (entries.length === 0) return around;
  around.work.spend(around.ctes.size);
  const ctes = new Map(around.ctes); // each sees those before it
  const scope: Scope = { ...around, ctes };
  for (const entry of entries) {
    const value = node(entry['value']);
    const query = node(node(value?.['query'])?.['node']);
    const found = query === undefined ? 'unknown' : selectNode(query, scope);
    ctes.set(text(entry['key']).toLowerCase(), relationOf(renamed(found, texts(value?.['aliases']))));
  }
  return scope;
}
const renamed = (columns: Columns, names: readonly string[]): Columns =>
  columns === 'unknown' ? columns : columns.map(([name, derivation], i) => [names[i] ?? name, derivation] as const);

function fromTable(table: Node | undefined, scope: Scope): Scope['relations'] {
  if (table === undefined || table.type === 'EMPTY') return [];
  scope.work.visit();
  const alias = text(table.alias);
  switch (table.type) {
    case 'BASE_TABLE': {
      const name = text(table['table_name']).toLowerCase();
      const plain = texts(table['column_name_alias']).length === 0 && text(table['schema_name']) === '';
      return [[(alias || name).toLowerCase(), plain ? (scope.ctes.get(name) ?? 'unknown') : 'unknown']];
    }
    case 'JOIN':
      return [...fromTable(node(table['left']), scope), ...fromTable(node(table['right']), scope)];
    case 'SUBQUERY': {
      const columns = selectNode(node(node(table['subquery'])?.['node']) ?? {}, scope);
      return [[alias.toLowerCase(), relationOf(renamed(columns, texts(table['column_name_alias'])))]];
    }
    default:
      return [[alias.toLowerCase(), 'unknown']];
  }
}

function selectList(select: Node, scope: Scope): Columns {
  const list = nodes(select['select_list']);
  const shape = (expression: Node): number => scope.work.shapes.of(expression);
  const grouping = new Set(nodes(select['group_expressions']).map((expression) => shape(positional(expression, list))));
  const all = select['aggregate_handling'] === 'FORCE_AGGREGATES' && grouping.size === 0;
  const aliases = new Map<string, Derivation>();
  const columns: (readonly [string, Derivation])[] = [];
  for (const expression of list) {
    if (expression.class === 'STAR') {
      const expanded = star(expression, scope);
      if (expanded === 'unknown') return 'unknown';
      scope.work.spend(expanded.length);
      for (const column of expanded) columns.push(column);
      continue;
    }
    const found = derive(expression, scope, aliases, grouping);
    const isKey = (grouping.size > 0 && grouping.has(shape(expression))) || (all && !aggregates(expression));
    const derivation = isKey ? { ...found, grouped: found.raw } : found;
    const name = text(expression.alias) || (texts(expression['column_names']).at(-1) ?? `column${String(columns.length)}`);
    if (text(expression.alias) !== '') aliases.set(name.toLowerCase(), derivation);
    columns.push([name, derivation]);
  }
  return columns;
}

/** `GROUP BY 2` means the second thing selected. */
function positional(expression: Node, list: readonly Node[]): Node {
  const value = expression.class === 'CONSTANT' ? node(expression['value'])?.['value'] : undefined;
  return typeof value === 'number' ? (list[value - 1] ?? expression) : expression;
}

const aggregates = (expression: Node): boolean => {
  const name = text(expression['function_name']);
  return (expression.class === 'FUNCTION' && (blending.has(name) || choosing.has(name))) || childrenOf(expression).some(aggregates);
};

function star(expression: Node, scope: Scope): Columns {
  const plain = ['replace_list', 'rename_list', 'qualified_exclude_list'].every(
    (key) => !Array.isArray(expression[key]) || (expression[key] as unknown[]).length === 0,
  );
  if (!plain || expression['columns'] === true || node(expression['expr']) !== undefined) return 'unknown';
  const of = text(expression['relation_name']).toLowerCase();
  const excluded = texts(expression['exclude_list']).map((name) => name.toLowerCase());
  const chosen = scope.relations.filter(([alias]) => of === '' || alias === of);
  if (chosen.length === 0 || chosen.some(([, relation]) => relation === 'unknown')) return 'unknown';
  return chosen.flatMap(([, relation]) => (relation === 'unknown' ? [] : [...relation])).filter(([name]) => !excluded.includes(name));
}

/** Derivations of an expression's children, less some. */
type Below = (leaving?: ReadonlySet<Node>) => readonly Derivation[];

function derive(expression: Node, scope: Scope, aliases: ReadonlyMap<string, Derivation>, grouping: ReadonlySet<number>): Derivation {
  scope.work.visit();
  const below: Below = (leaving) =>
    childrenOf(expression)
      .filter((child) => leaving?.has(child) !== true)
      .map((child) => derive(child, scope, aliases, grouping));
  if (grouping.size > 0 && grouping.has(scope.work.shapes.of(expression))) {
    const found = deriveKind(expression, scope, aliases, below);
    return { ...found, grouped: found.raw };
  }
  return deriveKind(expression, scope, aliases, below);
}

function deriveKind(expression: Node, scope: Scope, aliases: ReadonlyMap<string, Derivation>, below: Below): Derivation {
  const { work } = scope;
  switch (expression.class) {
    case 'CONSTANT':
      return nothing;
    case 'COLUMN_REF':
      return resolve(texts(expression['column_names']), scope, aliases);
    case 'FUNCTION': {
      const name = text(expression['function_name']);
      if (blending.has(name)) return blended(below(), work);
      return choosing.has(name) ? { ...together(below(), work), grouped: false } : together(below(), work);
    }
    case 'WINDOW': {
      // One answer a row: over a partition of one row it is that row's own value.
      // Its arguments are derived once: twice at each level would be 2^depth.
      const args = nodes(expression['children']);
      const values = args.map((child) => derive(child, scope, aliases, new Set()));
      return together([...values, blended(below(new Set(args)), work)], work);
    }
    case 'SUBQUERY': {
      const columns = selectNode(node(node(expression['subquery'])?.['node']) ?? {}, scope);
      return columns === 'unknown' ? scope.worst : together([...columns.map(([, derivation]) => derivation), ...below()], work);
    }
    case 'CAST':
    case 'CASE':
    case 'OPERATOR':
    case 'COMPARISON':
    case 'CONJUNCTION':
    case 'BETWEEN':
    case 'COLLATE':
      return together(below(), work);
    default:
      return scope.worst;
  }
}

function resolve(names: readonly string[], scope: Scope, aliases: ReadonlyMap<string, Derivation>): Derivation {
  const [first = '', second] = names.map((name) => name.toLowerCase());
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    scope.work.spend(1 + at.relations.length);
    const qualified = second === undefined ? undefined : at.relations.find(([alias]) => alias === first)?.[1];
    if (qualified !== undefined && qualified !== 'unknown') {
      const found = qualified.get(second ?? '');
      if (found !== undefined) return found;
    }
    const holding = at.relations.flatMap(([, relation]) => (relation === 'unknown' ? [] : (relation.get(first) ?? [])));
    if (holding.length > 0)
      return at.relations.some(([, relation]) => relation === 'unknown') ? scope.worst : together(holding, scope.work);
  }
  return (second === undefined ? aliases.get(first) : undefined) ?? scope.worst;
}
