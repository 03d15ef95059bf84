import { type Day, type Grant, type Id, type Instant, dayOf } from '#kernel';
import { refuse } from '../refusals.js';
import type { RuleName } from './profile.js';
import { type Entry, type ResolvedProfile, type SupersedingText, resolveProfile, valueIfGiven } from './resolve.js';

/** A change of a profile that one person proposed and another must confirm (ADM-04). */
export interface ProposedEntry extends Entry {
  readonly id: Id;
  readonly proposedBy: Id;
  readonly confirmedBy: Id | null;
  readonly confirmedAt: Instant | null;
}

/** @throws Refusal `profile.entry-in-the-past`, `profile.superseding-known`. */
export function checkSupersedingText(text: SupersedingText, known: readonly SupersedingText[], now: Instant): void {
  const today = dayOf(now);
  if (text.from < today) throw refuse('profile.entry-in-the-past', { from: text.from, today });
  if (known.some(({ profile, title }) => profile === text.profile && title === text.title))
    throw refuse('profile.superseding-known', { profile: text.profile, title: text.title });
}

const retentionOf = (profile: ResolvedProfile, rule: RuleName): number | undefined => {
  if (rule === 'logRetention') return valueIfGiven(profile, rule)?.months;
  if (rule === 'developerRecordRetention') return valueIfGiven(profile, rule)?.years;
  return undefined;
};

/**
 * Whether an entry may be made: it names its decision, applies from today or later and keeps every retention already promised.
 * @throws Refusal `profile.entry-in-the-past`, `profile.retention-shortened`, `profile.source-missing`.
 */
export function checkEntry(entry: Entry, entries: readonly Entry[], now: Instant): void {
  const today: Day = dayOf(now);
  if (entry.source.trim() === '') throw refuse('profile.source-missing', { rule: entry.rule });
  if (entry.from < today) throw refuse('profile.entry-in-the-past', { from: entry.from, today });
  const before = resolveProfile(entry.profile, entry.from, entries);
  const after = resolveProfile(entry.profile, entry.from, [...entries, entry]);
  const [kept, wanted] = [retentionOf(before, entry.rule), retentionOf(after, entry.rule)];
  if (kept !== undefined && wanted !== undefined && wanted < kept)
    throw refuse('profile.retention-shortened', { rule: entry.rule, kept, wanted });
}

/**
 * By which grants somebody sets a region's rules: as an authority whose scope covers one of the region's own authorities, so theirs or one
 * above them (ADM-03). One below, or another region's, does not.
 * @param authorities those whose own region it is.
 */
export const decidesFor =
  (authorities: readonly Id[]) =>
  ({ role, scope }: Grant, { regions }: { readonly regions: Readonly<Record<Id, readonly Id[]>> }): boolean =>
    role === 'authority' && scope.kind === 'region' && (regions[scope.authorityId] ?? []).some((id) => authorities.includes(id));

/** @throws Refusal `profile.same-person` when the proposer confirms, `profile.entry-settled` when it was confirmed before. */
export function decideEntryConfirmation(
  entry: Pick<ProposedEntry, 'id' | 'proposedBy' | 'confirmedBy'>,
  personId: Id,
  now: Instant,
): Pick<ProposedEntry, 'confirmedBy' | 'confirmedAt'> {
  if (entry.confirmedBy) throw refuse('profile.entry-settled', { entryId: entry.id });
  if (entry.proposedBy === personId) throw refuse('profile.same-person', { entryId: entry.id });
  return { confirmedBy: personId, confirmedAt: now };
}
