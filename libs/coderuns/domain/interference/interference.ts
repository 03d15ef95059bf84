import { groupsNamed, identifiersRead, identifiersReplaced, renamedColumns, unchanged } from './identifiers-replaced.js';
import { partsOf, subjectsOmitted } from './subjects-omitted.js';
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
      return hangsOnNobody(omitted) ? named() : drawnMore(tested, omitted?.[1] ?? Infinity, named);
    },
  };
}

const hangsOnNobody = (figures: readonly number[] | undefined): boolean => figures?.length === 2 && figures[0] === 0;

/** More parts are not tried one after another: all of them together have the say. */
const mostParts = 12;

/**
 * A median may stay by chance where others go; it does not so often. And several conditions may single out, together, a whole group that is
 * large enough: each part of them is left out by itself.
 * @param chosen rows that the code singles out
 */
function drawnMore(tested: Tested, chosen: number, then: () => Verdict | Look): Look {
  const parts = partsOf(tested, chosen);
  const of = parts > mostParts ? 1 : Math.max(1, parts);
  const tried = (at: number): Look => ({
    steps: subjectsOmitted(tested, drawnAgain, { at, of }),
    judge: ([again]) => {
      if (!hangsOnNobody(again)) return { vetoed: 'subjects' };
      return at + 1 < of ? tried(at + 1) : then();
    },
  });
  return tried(0);
}

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
