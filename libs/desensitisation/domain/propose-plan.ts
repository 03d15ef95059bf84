import type { Grade } from '#datasets/contract';
import type { ColumnDecision, Plan, SchemaColumn, Technique } from '../contract.js';
import { defaultK, defaultSuppression } from './anonymity/requirement.js';
import { classifyColumn, type ColumnFinding, type ColumnSample } from './classify-column.js';
import { techniqueFits } from './plan-check.js';
import { typeRules } from './sensitive-types.js';

export interface Proposal {
  readonly plan: Plan;
  readonly findings: readonly ColumnFinding[];
}

/** What a column is proposed to become; where the type's own technique does not fit how it is stored, nothing of it is let through. */
function proposed(column: SchemaColumn, finding: ColumnFinding): Technique {
  if (finding.confidence === 'unsure') return { kind: 'ask' };
  const technique: Technique =
    finding.type === 'coordinates' && column.type === 'integer' ? { kind: 'drop' } : typeRules[finding.type].proposed;
  return techniqueFits(technique, finding.type, column.type) ? technique : { kind: 'drop' };
}

/**
 * A first plan from names, comments and sampled values; a person changes and approves it.
 * @param share what of the rows goes into dev, at most
 * @param atMost how many rows, at most
 */
export function proposePlan(columns: readonly (ColumnSample & { readonly grade?: Grade })[], share = 0.05, atMost = 10_000): Proposal {
  const findings = columns.map(classifyColumn);
  const decisions = findings.map((finding, i): ColumnDecision => {
    const column = columns[i] as ColumnSample & { readonly grade?: Grade };
    const grade = column.grade ?? typeRules[finding.type].grade;
    return { column: column.name, sensitiveType: finding.type, grade, technique: proposed(column, finding) };
  });
  const quasi = columns.filter((column, i) => tellsInPart(column, findings[i], decisions[i])).slice(0, mostQuasiIdentifiers);
  const singlingOut =
    quasi.length === 0
      ? {}
      : { singlingOut: { quasiIdentifiers: quasi.map(({ name }) => name), k: defaultK, suppressAtMost: defaultSuppression } };
  return { plan: { columns: decisions, sampling: { rate: share, atMost }, ...singlingOut }, findings };
}

const mostQuasiIdentifiers = 20;
const hides: ReadonlySet<Technique['kind']> = new Set(['drop', 'redact', 'pseudonym', 'ask']);

/**
 * A column that says something of its subject and nothing else does: what a mask leaves, and attributes that many share. Together they
 * may single somebody out, which the proof measures.
 */
function tellsInPart(column: ColumnSample, finding: ColumnFinding | undefined, decision: ColumnDecision | undefined): boolean {
  if (decision === undefined || hides.has(decision.technique.kind)) return false;
  if (finding?.type !== 'none') return true;
  const distinct = new Set(column.values).size;
  return column.type !== 'decimal' && distinct >= 2 && distinct <= Math.min(200, column.values.length / 2);
}
