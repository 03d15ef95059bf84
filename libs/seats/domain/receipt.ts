import type { CutScope, Id, Instant, PathCut, PathName } from '#kernel';

/** What one implementation of a path answered when it was told to cut. */
export interface PathReport {
  readonly path: PathName;
  /** What its probe does not show. */
  readonly limits: string;
  /** None where this implementation has nothing to do with the scope; another of the same path must then answer. */
  readonly rows: readonly PathCut[];
  /** Why it could not be told, or did not finish; then nothing is known of that path. */
  readonly failure: string | null;
}

/** A report that left its path closed, and when; every probe in it was made after the cut. */
export interface ShownReport extends PathReport {
  readonly shownAt: Instant;
}

export type OpenReason = 'not-reported' | 'failed' | 'no-row' | 'lease-running' | 'probed-before-cut' | 'probe-passed' | 'probe-unknown';
export interface OpenPath {
  readonly path: PathName;
  readonly reason: OpenReason;
  readonly detail: string | null;
}

export interface CutSubject {
  readonly cutId: Id;
  readonly scope: CutScope;
  readonly cause: string;
  /** When the command was committed, by the database's clock; from here the clock of the promise runs. */
  readonly committedAt: Instant;
  /** Paths that this installation is configured to have: each must be reported closed, also one that no part of it implements. */
  readonly expected: readonly PathName[];
  /** Paths of the full list that this installation does not have. The receipt names them and claims nothing about them. */
  readonly absent: readonly PathName[];
}

/** An act of the people concerned that was recorded between the commit and the last cut. */
export interface UsedMeanwhile {
  readonly at: Instant;
  readonly person: Id;
  readonly action: string;
  readonly object: string;
}

/**
 * The body of a receipt (收回回执), `opdomain.revocation-receipt/v2`; signed and entered in the audit tree once complete. All times are of
 * the database's clock. Of each path: `limits`, what its probe does not show; of each cut: `cutAt`, from when on nothing passed, and the
 * probe with what it was answered before the cut, where it could be asked then. `used` lists what was done between commit and last cut.
 * v1 had neither `limits`, `used` nor `before`, and its probes read the platform's own tables.
 */
export interface Receipt {
  readonly type: 'opdomain.revocation-receipt/v2';
  readonly cutId: Id;
  readonly scope: { readonly kind: CutScope['kind']; readonly id: Id };
  readonly cause: string;
  readonly committedAt: Instant;
  readonly assembledAt: Instant;
  readonly paths: readonly {
    readonly path: PathName;
    readonly closed: boolean;
    readonly limits: readonly string[];
    readonly cuts: readonly PathCut[];
  }[];
  readonly used: readonly UsedMeanwhile[];
  readonly absent: readonly PathName[];
  readonly complete: boolean;
  readonly open: readonly OpenPath[];
  /** From the commit to the last cut, in milliseconds; null while a path is open. */
  readonly cutWithinMs: number | null;
}

function whyRowOpen({ path, cutAt, closedBy, probe, object }: PathCut, committedAt: Instant, at: Instant): OpenPath | null {
  const open = (reason: OpenReason, detail: string): OpenPath => ({ path, reason, detail });
  if (closedBy === 'lease-expired' && cutAt > at) return open('lease-running', `${object} until ${cutAt}`);
  if (probe.at < cutAt || probe.at < committedAt) return open('probed-before-cut', probe.at);
  if (probe.refused === 'unknown') return open('probe-unknown', probe.answer);
  return probe.refused ? null : open('probe-passed', probe.answer);
}

function whyOpen(path: PathName, reports: readonly PathReport[], committedAt: Instant, at: Instant): readonly OpenPath[] {
  if (reports.length === 0) return [{ path, reason: 'not-reported', detail: null }];
  const failed = reports.flatMap(({ failure }): readonly OpenPath[] =>
    failure === null ? [] : [{ path, reason: 'failed', detail: failure }],
  );
  const rows = reports.flatMap((report) => report.rows);
  if (rows.length === 0 && failed.length === 0) return [{ path, reason: 'no-row', detail: null }];
  return [...failed, ...rows.map((row) => whyRowOpen({ ...row, path }, committedAt, at)).filter((why) => why !== null)];
}

/** From the commit to the last cut of what was reported. */
export const lastCutOf = (committedAt: Instant, reports: readonly PathReport[]): Instant =>
  reports.flatMap(({ rows }) => rows.map(({ cutAt }) => cutAt)).reduce((a, b) => (a > b ? a : b), committedAt);

/**
 * A receipt is complete only if every configured path was reported, each of its rows is cut (acknowledged, or its lease has run out)
 * and a probe taken after the cut was refused; what is unknown shows nothing. Otherwise it says which path is open and why.
 * Paths that report although nobody expected them count as well.
 */
export function assembleReceipt(subject: CutSubject, reports: readonly PathReport[], used: readonly UsedMeanwhile[], at: Instant): Receipt {
  const names = [...new Set([...subject.expected, ...reports.map(({ path }) => path)])];
  const open: OpenPath[] = [];
  const paths = names.map((path) => {
    const own = reports.filter((report) => report.path === path);
    const whys = whyOpen(path, own, subject.committedAt, at);
    open.push(...whys);
    return {
      path,
      closed: whys.length === 0,
      limits: [...new Set(own.map(({ limits }) => limits))],
      cuts: own.flatMap(({ rows }) => rows),
    };
  });
  const complete = open.length === 0;
  const lastCut = lastCutOf(subject.committedAt, reports);
  return {
    type: 'opdomain.revocation-receipt/v2',
    cutId: subject.cutId,
    scope: { kind: subject.scope.kind, id: subject.scope.id },
    cause: subject.cause,
    committedAt: subject.committedAt,
    assembledAt: at,
    paths,
    used,
    absent: subject.absent.filter((path) => !names.includes(path)),
    complete,
    open,
    cutWithinMs: complete ? Date.parse(lastCut) - Date.parse(subject.committedAt) : null,
  };
}

/** What an attempt has shown and the next one need not ask again: every report of the paths that its receipt has closed. */
export const shownBy = ({ paths, assembledAt }: Receipt, reports: readonly (PathReport | ShownReport)[]): ShownReport[] =>
  reports.filter(({ path }) => paths.some((one) => one.path === path && one.closed)).map((report) => ({ shownAt: assembledAt, ...report }));

/**
 * A cut whose operator answers is over in a second; one that waits for a machine to come back need not be asked about every second. Many
 * that wait at once must leave the processor to what they wait for.
 */
const eager = { forMs: 60_000, share: 5, mostMs: 2_000 };
const patient = { share: 10, mostMs: 30_000 };

/** How long after an attempt open paths are asked again. @param ageMs since the commit */
export function askAgainMs(ageMs: number): number {
  const { share, mostMs } = ageMs < eager.forMs ? eager : patient;
  return Math.min(Math.max(Math.round(ageMs / share), 100), mostMs);
}
