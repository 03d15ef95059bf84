import { groupsNamed, identifiersRead, identifiersReplaced, renamedColumns, unchanged } from './identifiers-replaced.js';
import { subjectsOmitted } from './subjects-omitted.js';
import { made, script, views, type Tested, type TestStep } from './tested.js';

/** How often the others are drawn at first, and where a cell seems to hang on few. */
const [drawnFirst, drawnAgain] = [1, 6];

/** What a passed test says, for the run's record and its reviewers. */
export interface Interference {
  /** `not-read`: the code reads no identifier. `equal`: the result is the same under other ones. `groups-named`: groups are called by them. */
  readonly identifiers: 'not-read' | 'equal' | 'groups-named';
  /** Columns of the result by which groups are called so: people judge them. */
  readonly named: readonly number[];
}
/** What of the result hangs on whom: on identifiers, or on the few subjects whom the code singles out. */
export type Vetoed = { readonly vetoed: 'identifiers' | 'subjects' };
export type Verdict = Interference | Vetoed;
/** Steps that are still to be done in a new start, and what their figures mean. */
export type Look = { readonly steps: readonly TestStep[]; readonly judge: (figures: Figures) => Verdict | Look };
export type Figures = readonly (readonly number[])[];

/**
 * What leaves, as a table under our name; the result is what stands in it. The first step of each look.
 * @param by SQL that makes it where more is made beside it than the test has to make again
 */
export const leaving = (tested: Tested, by?: string): TestStep =>
  script(...views(tested), made('opdomain_left', by === undefined ? 'opdomain_leaving' : `(${by})`, tested));

/**
 * The interference test of a run: (a) and (b), and a closer look where one of them says that something hangs on somebody. Where the code
 * reads no identifier, (a) is left out: by the binder it is a function of the other columns, and SQL made from it uses identifiers to count.
 */
export function interference(tested: Tested): Look {
  const replaces = identifiersRead(tested).length > 0;
  return {
    steps: [...subjectsOmitted(tested, drawnFirst), ...(replaces ? identifiersReplaced(tested) : [])],
    judge: ([omitted, replaced]) => {
      const named = (): Verdict | Look => {
        if (!replaces) return { identifiers: 'not-read', named: [] };
        return replaced !== undefined && unchanged(replaced) ? { identifiers: 'equal', named: [] } : closer(tested, replaced ?? []);
      };
      return hangsOnNobody(omitted) ? named() : drawnMore(tested, named);
    },
  };
}

const hangsOnNobody = (figures: readonly number[] | undefined): boolean => figures?.length === 1 && figures[0] === 0;

/** A median may stay by chance where others go; it does not so often. */
const drawnMore = (tested: Tested, then: () => Verdict | Look): Look => ({
  steps: subjectsOmitted(tested, drawnAgain),
  judge: ([again]) => (hangsOnNobody(again) ? then() : { vetoed: 'subjects' }),
});

function closer(tested: Tested, replaced: readonly number[]): Look {
  const named = renamedColumns(tested, replaced);
  return {
    steps: groupsNamed(tested, named),
    judge: ([rest, unknown]) => {
      const equal = rest?.length === 1 && rest[0] === 0 && unknown?.every((one) => one === 0) === true;
      return equal ? { identifiers: named.length === 0 ? 'equal' : 'groups-named', named } : { vetoed: 'identifiers' };
    },
  };
}
