import { addDays, addMs, type Instant } from '#kernel';
import { type Holds, verdicts } from './seat-conditions.js';
import type { SeatFacts } from './seat-facts.js';
import type { ConditionName } from './condition-names.js';

/** A lapse is announced this many days before it happens (design §2.5). */
const noticeDays = [30, 7, 1] as const;
export type NoticeDays = (typeof noticeDays)[number];

export interface DatedLapse {
  readonly condition: ConditionName;
  readonly at: Instant;
}
export interface LapseNotice extends DatedLapse {
  readonly days: NoticeDays;
}

const dated = (facts: SeatFacts, at: Instant): readonly DatedLapse[] =>
  verdicts(facts, at)
    .filter((verdict): verdict is Holds => verdict.holds)
    .flatMap(({ condition, until }) => (until === null ? [] : [{ condition, at: until }]));

/** The condition that will lapse first and when, or undefined when none has a date. */
export const nextLapse = (facts: SeatFacts, at: Instant): DatedLapse | undefined =>
  dated(facts, at).reduce<DatedLapse | undefined>((first, lapse) => (first && first.at <= lapse.at ? first : lapse), undefined);

/**
 * The notices that are due and were not sent. A condition that is first seen late gets the nearest notice alone,
 * not the ones whose day has passed; each condition is announced by itself, because each is renewed by itself.
 */
export function noticesDue(facts: SeatFacts, at: Instant, sent: readonly LapseNotice[]): readonly LapseNotice[] {
  return dated(facts, at).flatMap((lapse) => {
    const days = [...noticeDays].reverse().find((figure) => addDays(lapse.at, -figure) <= at);
    if (days === undefined) return [];
    const wasSent = sent.some((notice) => notice.condition === lapse.condition && notice.at === lapse.at && notice.days === days);
    return wasSent ? [] : [{ ...lapse, days }];
  });
}

/** The next moment at which time alone changes something: a notice, a lapse, or what is on file begins. */
export const wakeAt = (facts: SeatFacts, at: Instant): Instant | undefined =>
  [
    ...dated(facts, at).flatMap((lapse) => [...noticeDays.map((days) => addDays(lapse.at, -days)), lapse.at]),
    ...(facts.person.next ? [facts.person.next] : []),
  ]
    .filter((moment) => moment > at)
    .sort()[0];

/**
 * How long a session may run, in whole seconds: the kubelet ends it by itself at the first dated lapse
 * (`activeDeadlineSeconds`), also while nothing of ours can be reached.
 */
export function sessionSeconds(facts: SeatFacts, at: Instant, longest: number): number {
  const lapse = nextLapse(facts, at);
  const left = lapse ? Math.floor((Date.parse(lapse.at) - Date.parse(at)) / 1000) : longest;
  return Math.max(1, Math.min(longest, left));
}

/** When a session that starts now ends by itself. */
export const sessionEnd = (facts: SeatFacts, at: Instant, longest: number): Instant => addMs(at, sessionSeconds(facts, at, longest) * 1000);
