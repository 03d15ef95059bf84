import type { JsonObject } from '#kernel';
import type { FindingCode } from './findings.js';

export const checkNames = ['type', 'residual-identifiers', 'small-cells', 'row-match', 'reversibility', 'differencing', 'volume'] as const;
export type CheckName = (typeof checkNames)[number];

/** A veto cannot be approved away; what needs a human is answered by every reviewer, item by item. */
export type Answer = 'pass' | 'needs-a-human' | 'veto';

/** One thing that was noticed. It names places and figures, never a value (AUD-08). */
export interface FlaggedItem {
  /** Stable for the same files and policy, so that an answer stays bound to what it answered. */
  readonly id: string;
  readonly answer: Exclude<Answer, 'pass'>;
  /** A code of `findings`, which holds the sentence in both languages. */
  readonly finding: FindingCode;
  readonly file: string;
  readonly column?: string;
  /** Line of the file, the header being line 1. */
  readonly line?: number;
  readonly figures?: JsonObject;
}

export interface CheckResult {
  readonly check: CheckName;
  readonly answer: Answer;
  readonly evidence: JsonObject;
  readonly items: readonly FlaggedItem[];
}

const rank: Readonly<Record<Answer, number>> = { pass: 0, 'needs-a-human': 1, veto: 2 };
export const strictest = (answers: readonly Answer[]): Answer =>
  answers.reduce<Answer>((worst, answer) => (rank[answer] > rank[worst] ? answer : worst), 'pass');

/** A check's result: as strict as its strictest item, and a veto when there are more items than people can weigh. */
export function resultOf(check: CheckName, items: readonly FlaggedItem[], evidence: JsonObject, limit: number): CheckResult {
  if (items.length <= limit) return { check, answer: strictest(items.map((item) => item.answer)), evidence, items };
  const flood: FlaggedItem = {
    ...item(check, 'too-many-items', 'veto', { file: '*' }),
    figures: { items: items.length, limit },
  };
  return { check, answer: 'veto', evidence: { ...evidence, items: items.length }, items: [flood, ...items.slice(0, limit)] };
}

interface Place {
  readonly file: string;
  readonly column?: string;
  readonly line?: number;
  readonly figures?: JsonObject;
}

export function item(check: CheckName, finding: FindingCode, answer: FlaggedItem['answer'], place: Place): FlaggedItem {
  const where = [place.file, place.column, place.line].filter((part) => part !== undefined);
  return { id: [check, finding, ...where].join(':'), answer, finding, ...place };
}
