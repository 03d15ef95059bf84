import type { Answer, CheckName, CheckResult } from './check.js';
import type { FindingCode } from './findings.js';
import { repairOf, type Remedy } from './remedies.js';

/**
 * How much of a request somebody sees. `outline` is for the requester’s side: figures, lines, columns and sizes of a result that has not
 * left would answer questions about the raw data, one refusal after another.
 */
export type Sight = 'whole' | 'outline';

/** What a check found, without saying how often or where. */
export interface OutlinedFinding {
  readonly id: string;
  readonly answer: Exclude<Answer, 'pass'>;
  readonly finding: FindingCode;
  readonly repair: Remedy['repair'];
}

/** Each kind of finding once, in the order of their names: neither their number nor their order tells of the content. */
export function outlineOf({ check, items }: CheckResult): readonly OutlinedFinding[] {
  const found = new Map<string, OutlinedFinding>();
  for (const { finding, answer } of items) {
    const id = `${check}:${finding}:${answer}`;
    found.set(id, { id, answer, finding, repair: repairFor(check, finding, answer) });
  }
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** A repair is for vetoes: what people may weigh is not taken from them. */
export const repairFor = (check: CheckName, finding: FindingCode, answer: Answer): Remedy['repair'] =>
  answer === 'veto' ? repairOf(check, finding) : 'none';
