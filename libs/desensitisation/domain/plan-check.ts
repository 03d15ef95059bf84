import type { SensitiveType } from '#datasets/contract';
import type { ColumnDecision, Plan, Reversibility, SchemaColumn, Technique } from '../contract.js';
import type { ColumnFinding } from './classify-column.js';
import { maskOf, typeRules } from './sensitive-types.js';
import { isDay } from './techniques/generalise.js';

/** What is wrong with a plan; `column` where it is one column's. All of them are found at once. */
export interface PlanProblem {
  readonly problem:
    | 'column-undecided'
    | 'column-unknown'
    | 'column-twice'
    | 'identifier-kept'
    | 'contradicts-detection'
    | 'unkeyed-hash'
    | 'technique-misfit'
    | 'technique-incomplete'
    | 'sampling-missing'
    | 'quasi-identifier-unknown'
    | 'hierarchy-misfit'
    | 'quasi-identifier-misfit'
    | 'sensitive-misfit'
    | 'subject-unknown'
    | 'stratum-unknown'
    | 'nothing-left';
  readonly column?: string;
}

type ColumnType = SchemaColumn['type'];
const dateLike: readonly ColumnType[] = ['text', 'date', 'timestamp'];
const numeric: readonly ColumnType[] = ['integer', 'decimal'];
const exact: readonly ColumnType[] = ['text', 'integer'];

function storageFits(technique: Technique, type: SensitiveType, column: ColumnType): boolean {
  switch (technique.kind) {
    case 'mask':
    case 'mask-ends':
    case 'pseudonym':
    case 'encipher':
    case 'suppress-rare':
      return exact.includes(column);
    case 'shift-days':
      return column === 'date' || column === 'timestamp';
    case 'laplace-noise':
      return column === 'decimal' || (column === 'integer' && [technique.bottom, technique.sensitivity].every(Number.isInteger));
    case 'top-bottom':
      return column === 'decimal' || (column === 'integer' && [technique.bottom ?? 0, technique.top ?? 0].every(Number.isInteger));
    case 'round':
      return column === 'decimal' || (column === 'text' && type === 'coordinates' && technique.mode === 'truncate');
    case 'generalise':
      switch (technique.to.by) {
        case 'date':
          return dateLike.includes(column);
        case 'age-band':
          return technique.to.asOf === undefined ? numeric.includes(column) : dateLike.includes(column);
        case 'address':
          return column === 'text';
        case 'region-code':
          return exact.includes(column);
        case 'bins':
          return numeric.includes(column);
        case 'hierarchy':
          return column === 'text' || column === 'integer' || column === 'boolean';
      }
    // falls through
    default:
      return true;
  }
}

const generalisationsOf: Readonly<Partial<Record<SensitiveType, readonly string[]>>> = {
  'birth-date': ['date', 'age-band'],
  address: ['address'],
  coordinates: ['bins'],
};

/** Which check character an enciphered identifier of a type may be given. */
const checkOf = (type: SensitiveType): 'none' | 'resident-id' | 'luhn' =>
  type === 'resident-id' ? 'resident-id' : type === 'bank-card' ? 'luhn' : 'none';

function typeFits(technique: Technique, type: SensitiveType): boolean {
  if (technique.kind === 'drop' || technique.kind === 'redact' || technique.kind === 'pseudonym') return true;
  if (!typeRules[type].fits.includes(technique.kind)) return false;
  if (technique.kind === 'mask') return maskOf[type] === technique.shape;
  if (technique.kind === 'encipher') return technique.check === checkOf(type);
  if (technique.kind === 'mask-ends' && type !== 'none') return technique.start + technique.end <= 6;
  if (technique.kind === 'round' && type === 'coordinates') return technique.decimals <= 3; // 0.001° is about 100 m
  if (technique.kind === 'generalise' && type !== 'none') return generalisationsOf[type]?.includes(technique.to.by) === true;
  return true;
}

/** Whether a technique suits what the column holds and how it is stored. */
export const techniqueFits = (technique: Technique, type: SensitiveType, column: ColumnType): boolean =>
  typeFits(technique, type) && storageFits(technique, type, column);

function incomplete(technique: Technique): boolean {
  if (technique.kind === 'top-bottom')
    return (technique.bottom ?? technique.top) === undefined || (technique.bottom ?? -Infinity) >= (technique.top ?? Infinity);
  if (technique.kind !== 'generalise') return false;
  if (technique.to.by === 'bins') return technique.to.edges.some((edge, i, edges) => i > 0 && edge <= (edges[i - 1] ?? edge));
  return technique.to.by === 'age-band' && technique.to.asOf !== undefined && !isDay(technique.to.asOf);
}

/** The type by which a decision is judged: the stated one, or the detected one where the plan denies what the values show. */
function judgedType(decision: ColumnDecision, finding: ColumnFinding | undefined): SensitiveType {
  return decision.sensitiveType === 'none' && finding?.confidence === 'certain' ? finding.type : decision.sensitiveType;
}

function columnProblems(decision: ColumnDecision, column: SchemaColumn | undefined, finding: ColumnFinding | undefined): PlanProblem[] {
  const problem = (what: PlanProblem['problem']): PlanProblem[] => [{ problem: what, column: decision.column }];
  const technique = decision.technique;
  if (column === undefined) return problem('column-unknown');
  if (technique.kind === 'ask') return problem('column-undecided');
  if (technique.kind === 'hash') return problem('unkeyed-hash');
  const type = judgedType(decision, finding);
  const exposure = typeRules[type].exposure;
  if (technique.kind === 'keep' && (exposure === 'direct' || exposure === 'mixed')) {
    return problem(type === decision.sensitiveType ? 'identifier-kept' : 'contradicts-detection');
  }
  if (!typeFits(technique, type)) return problem(type === decision.sensitiveType ? 'technique-misfit' : 'contradicts-detection');
  if (!storageFits(technique, type, column.type)) return problem('technique-misfit');
  return incomplete(technique) ? problem('technique-incomplete') : [];
}

/**
 * Everything that keeps a plan from being run (DES-02, DES-03): each column is decided, nothing passes by omission, no identifier stays.
 * @param findings what detection saw; a plan cannot call `none` what the values show for certain
 */
export function checkPlan(plan: Plan, schema: readonly SchemaColumn[], findings: readonly ColumnFinding[] = []): readonly PlanProblem[] {
  const decided = plan.columns.map((decision) => decision.column);
  const sampling = plan.sampling;
  const left = plan.columns.filter((decision) => decision.technique.kind !== 'drop').map((decision) => decision.column);
  return [
    ...schema
      .filter((column) => !decided.includes(column.name))
      .map((column): PlanProblem => ({ problem: 'column-undecided', column: column.name })),
    ...[...new Set(decided.filter((name, i) => decided.indexOf(name) !== i))].map((column): PlanProblem => ({
      problem: 'column-twice',
      column,
    })),
    ...plan.columns.flatMap((decision) =>
      columnProblems(
        decision,
        schema.find((column) => column.name === decision.column),
        findings.find((finding) => finding.column === decision.column),
      ),
    ),
    ...(sampling === undefined || ((sampling.rate ?? 1) >= 1 && sampling.atMost === undefined)
      ? [{ problem: 'sampling-missing' } as const]
      : []),
    ...(plan.singlingOut?.quasiIdentifiers ?? [])
      .filter((name) => !left.includes(name))
      .map((column): PlanProblem => ({ problem: 'quasi-identifier-unknown', column })),
    ...singlingOutProblems(plan, schema, left),
    ...subjectProblems(plan, schema),
    ...plan.columns.flatMap(({ column, technique }): PlanProblem[] =>
      technique.kind === 'shuffle' &&
      technique.within !== undefined &&
      (technique.within === column || !schema.some(({ name }) => name === technique.within))
        ? [{ problem: 'stratum-unknown', column }]
        : [],
    ),
    ...(sampling?.strata !== undefined && !schema.some(({ name }) => name === sampling.strata?.column)
      ? [{ problem: 'stratum-unknown', column: sampling.strata.column } as const]
      : []),
    ...(left.length === 0 ? [{ problem: 'nothing-left' } as const] : []),
  ];
}

/** Of the hierarchies and of the columns whose values are to be diverse or close. */
function singlingOutProblems({ columns, singlingOut }: Plan, schema: readonly SchemaColumn[], left: readonly string[]): PlanProblem[] {
  const { quasiIdentifiers = [], hierarchies = [], diversity = [], closeness = [] } = singlingOut ?? {};
  const sensitive = new Set([...diversity, ...closeness].map(({ column }) => column));
  const kept = (name: string): boolean => columns.some(({ column, technique }) => column === name && technique.kind === 'keep');
  const stored = (name: string): ColumnType | undefined => schema.find((column) => column.name === name)?.type;
  const climbs = ({ column, levels }: (typeof hierarchies)[number]): boolean =>
    quasiIdentifiers.includes(column) &&
    kept(column) &&
    ['text', 'integer', 'boolean'].includes(stored(column) ?? '') &&
    hierarchies.filter((other) => other.column === column).length === 1 &&
    isNested(Object.values(levels));
  // What stands in another place or beside its value says nothing of who shares it with whom.
  const apart = (name: string): boolean =>
    columns.some(({ column, technique }) => column === name && ['laplace-noise', 'shuffle'].includes(technique.kind));
  return [
    ...quasiIdentifiers.filter(apart).map((column): PlanProblem => ({ problem: 'quasi-identifier-misfit', column })),
    ...hierarchies.filter((hierarchy) => !climbs(hierarchy)).map(({ column }): PlanProblem => ({ problem: 'hierarchy-misfit', column })),
    ...[...sensitive]
      .filter((name) => !left.includes(name) || quasiIdentifiers.includes(name) || apart(name))
      .map((column): PlanProblem => ({ problem: 'sensitive-misfit', column })),
  ];
}

/** Days are shifted, and noise is counted, by a column that names subjects. */
const subjectProblems = ({ columns }: Plan, schema: readonly SchemaColumn[]): PlanProblem[] =>
  columns.flatMap(({ column, technique }): PlanProblem[] => {
    if (technique.kind !== 'shift-days' && technique.kind !== 'laplace-noise') return [];
    const subject = columns.find((other) => other.column === technique.subject);
    const stored = schema.find(({ name }) => name === technique.subject)?.type;
    const names = subject !== undefined && typeRules[subject.sensitiveType].exposure === 'direct';
    return names && (stored === 'text' || stored === 'integer') ? [] : [{ problem: 'subject-unknown', column }];
  });

/** Every value has the same number of levels, and what is one on a level is one on all above. */
function isNested(paths: readonly (readonly string[])[]): boolean {
  const height = paths[0]?.length ?? 0;
  if (height === 0 || paths.some((path) => path.length !== height)) return false;
  return Array.from({ length: height - 1 }, (_, level) => level).every((level) => {
    const above = new Map<string, string>();
    return paths.every((path) => {
      const [here = '', next = ''] = path.slice(level, level + 2);
      const known = above.get(here) ?? next;
      above.set(here, next);
      return known === next;
    });
  });
}

/** Whether what a technique hid can be found again. */
export const reversibilityOf = (technique: Technique): Reversibility =>
  ['pseudonym', 'encipher', 'shift-days', 'laplace-noise'].includes(technique.kind)
    ? 'keyed'
    : technique.kind === 'hash'
      ? 'reversible'
      : 'irreversible';
