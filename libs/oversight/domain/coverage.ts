import { requirements, type Requirement } from './requirements.js';

/** A test by its full name, and how its last run ended; `undefined` where it has not run. */
export interface TestEvidence {
  readonly name: string;
  readonly passed: boolean | undefined;
}
export interface Coverage {
  readonly requirement: Requirement;
  readonly tests: readonly string[];
  /** Shown: at least one test names it and none that names it failed. */
  readonly shown: boolean;
}

/** The ids at the end of a test's name, such as `… [ISO-03] [ACC-02]`. */
const idsIn = (name: string): string[] => [...name.matchAll(/\[([A-Z]+-\d{2})\]/g)].map((match) => match[1] ?? '');

/** What the tests show, requirement by requirement. A test that did not run here shows nothing. */
export function coverage(tests: readonly TestEvidence[]): readonly Coverage[] {
  return requirements.map((requirement) => {
    const naming = tests.filter((test) => idsIn(test.name).includes(requirement.id));
    return {
      requirement,
      tests: naming.map((test) => test.name),
      shown: naming.some((test) => test.passed === true) && naming.every((test) => test.passed !== false),
    };
  });
}

/** Ids that tests name and the catalogue does not have. */
export function unknownIds(tests: readonly TestEvidence[]): string[] {
  const known = new Set(requirements.map((requirement) => requirement.id));
  return [...new Set(tests.flatMap((test) => idsIn(test.name)).filter((id) => !known.has(id)))];
}

/** Tags that name several requirements at once, such as `[DES-01` and `MOD-03]` with a comma between: they would count for none. */
export const jointTags = (name: string): string[] =>
  [...name.matchAll(/\[[A-Z]+-\d+(?:\s*[,;、]\s*[A-Z]+-\d+)+\]/g)].map((match) => match[0]);
