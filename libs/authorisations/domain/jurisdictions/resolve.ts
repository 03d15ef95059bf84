import type { Day } from '#kernel';
import { plusDays, plusYears } from '../calendar-day.js';
import { refuse } from '../refusals.js';
import { binzhou } from './binzhou.js';
import { changchun } from './changchun.js';
import { laiyuan } from './laiyuan.js';
import {
  type Profile,
  type ProfileId,
  type ProfileRules,
  type ProfileStatus,
  type RuleName,
  type ValueOf,
  natures,
  stated,
} from './profile.js';
import { qingtian } from './qingtian.js';
import { zhejiang } from './zhejiang.js';

/** Every version of every profile that ships with the product. */
export const profiles: readonly Profile[] = [zhejiang, qingtian, binzhou, changchun, laiyuan];

/** What the authority entered where a text leaves it the figure, or dates that the catalogue lacks; applies from its day on (ADM-04). */
export interface Entry<K extends RuleName = RuleName> {
  readonly profile: ProfileId;
  readonly rule: K;
  readonly value: ValueOf<K>;
  readonly from: Day;
  /** The decision in which it was set. */
  readonly source: string;
}

/** A newer text that the authority entered and another person confirmed: from its day on, nothing new is authorised under the one it replaces. */
export interface SupersedingText {
  readonly profile: ProfileId;
  readonly title: string;
  /** Day of the text itself. */
  readonly dated: Day;
  readonly from: Day;
  /** Where it was published. */
  readonly source: string;
}

export type ProfileWarning = 'dates-unconfirmed' | 'draft' | 'expired' | 'expires-soon' | 'superseded' | 'superseded-soon';

export interface ResolvedProfile {
  readonly id: ProfileId;
  readonly version: number;
  readonly title: { readonly zh: string; readonly en: string };
  readonly draftOf: Day | null;
  readonly effectiveFrom: Day | null;
  readonly lastDay: Day | null;
  /** The text that replaced it by that day. */
  readonly supersededBy: SupersedingText | null;
  /** From the profile itself up to its root, e.g. `['qingtian@1', 'zhejiang@1']`: what an agreement is frozen with. */
  readonly lineage: readonly string[];
  readonly status: ProfileStatus;
  readonly rules: ProfileRules;
  readonly warnings: readonly ProfileWarning[];
  readonly notes: readonly string[];
}

const lastDayOf = (profile: Profile): Day | null =>
  profile.effectiveUntil ??
  (profile.effectiveFrom && profile.lifeYears !== null ? plusDays(plusYears(profile.effectiveFrom, profile.lifeYears), -1) : null);

function versionAt(id: string, day: Day, known: readonly Profile[]): Profile {
  const begun = known.filter((profile) => profile.id === id && (profile.effectiveFrom ?? '') <= day);
  const newest = begun.toSorted((a, b) => b.version - a.version)[0];
  if (!newest) throw refuse('profile.missing', { profile: id, day });
  return newest;
}

/** The first text that replaces a profile by a day. */
const replacing = (profile: Profile, day: Day, texts: readonly SupersedingText[]): SupersedingText | undefined =>
  texts.filter((text) => text.profile === profile.id && text.from <= day).toSorted((a, b) => (a.from < b.from ? -1 : 1))[0];

/** An expired text warns; its rules stand until the authority adopts another (ADM-04). Six months ahead it is announced. */
function warningsOf(profile: Profile, day: Day, texts: readonly SupersedingText[]): ProfileWarning[] {
  const last = lastDayOf(profile);
  const warnings: ProfileWarning[] = [];
  if (replacing(profile, day, texts)) warnings.push('superseded');
  else if (replacing(profile, plusDays(day, 180), texts)) warnings.push('superseded-soon');
  if (profile.status === 'draft') warnings.push('draft');
  if (profile.effectiveFrom === null) warnings.push('dates-unconfirmed');
  if (last && last < day) warnings.push('expired');
  else if (last && last <= plusDays(day, 180)) warnings.push('expires-soon');
  return warnings;
}

/** What the authority entered for a profile, the latest last; it counts as stated by the decision that it cites. */
function enteredFor(profile: Profile, day: Day, entries: readonly Entry[]): Partial<ProfileRules> {
  const valid = entries.filter((entry) => entry.profile === profile.id && entry.from <= day).toSorted((a, b) => (a.from < b.from ? -1 : 1));
  return Object.fromEntries(valid.map((entry) => [entry.rule, stated(entry.value, entry.source)]));
}

/**
 * The rules of a jurisdiction on a day: its own, and its parent's for what it does not say.
 * @throws Refusal `profile.missing` when no version had begun on that day.
 */
export function resolveProfile(
  id: string,
  day: Day,
  entries: readonly Entry[] = [],
  known: readonly Profile[] = profiles,
  texts: readonly SupersedingText[] = [],
): ResolvedProfile {
  const chain: Profile[] = [];
  for (let next: string | null = id; next; next = chain.at(-1)?.parent ?? null) chain.push(versionAt(next, day, known));
  const own = chain[0] as Profile;
  const rules = chain
    .toReversed()
    .reduce<Partial<ProfileRules>>((above, profile) => ({ ...above, ...profile.rules, ...enteredFor(profile, day, entries) }), {});
  return {
    id: own.id,
    version: own.version,
    title: { zh: own.zh, en: own.en },
    draftOf: own.draftOf,
    effectiveFrom: own.effectiveFrom,
    lastDay: lastDayOf(own),
    supersededBy: replacing(own, day, texts) ?? null,
    lineage: chain.map((profile) => `${profile.id}@${profile.version}`),
    status: own.status,
    rules: rules as ProfileRules,
    warnings: [...new Set(chain.flatMap((profile) => warningsOf(profile, day, texts)))],
    notes: chain.flatMap((profile) => profile.notes),
  };
}

/** @throws Refusal `profile.superseded`: nothing new is authorised under a text that another one replaced; what was signed stands (ADM-04). */
export function assertNotSuperseded({ id, supersededBy }: ResolvedProfile): void {
  if (supersededBy) throw refuse('profile.superseded', { profile: id, title: supersededBy.title, from: supersededBy.from });
}

/** The value of a rule. @throws Refusal `profile.figure-missing` where the authority must enter it and has not. */
export function valueOf<K extends RuleName>(profile: ResolvedProfile, name: K): ValueOf<K> {
  const rule = profile.rules[name];
  if (rule.standing === 'must-be-entered')
    throw refuse('profile.figure-missing', { profile: profile.id, rule: name, sources: [...rule.sources] });
  return rule.value;
}

/** A rule's value, or nothing where the authority must still enter it. */
export function valueIfGiven<K extends RuleName>(profile: ResolvedProfile, name: K): ValueOf<K> | undefined {
  return profile.rules[name].standing === 'must-be-entered' ? undefined : valueOf(profile, name);
}

/** An agreed term follows the version signed under; a statutory duty follows the version in force today (design §6). */
export const governing = (name: RuleName, signedUnder: ResolvedProfile, today: ResolvedProfile): ResolvedProfile =>
  natures[name] === 'agreed' ? signedUnder : today;
