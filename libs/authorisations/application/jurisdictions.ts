import { Organisations } from '#identity';
import { type Day, type Id, dayOf } from '#kernel';
import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { RuleName } from '../domain/jurisdictions/profile.js';
import {
  type Entry,
  type ResolvedProfile,
  type SupersedingText,
  governing,
  profiles,
  resolveProfile,
} from '../domain/jurisdictions/resolve.js';
import { refuse } from '../domain/refusals.js';
import { type WorkingYear, publishedYears } from '../domain/working-days.js';
import { JurisdictionsRepository } from '../persistence/jurisdictions.repository.js';

/** The rules of a jurisdiction as they stand: what ships with the product and what the authority entered and another confirmed. */
@Injectable()
export class Jurisdictions {
  constructor(
    private readonly repository: JurisdictionsRepository,
    private readonly organisations: Organisations,
  ) {}

  async entries(tx: Tx): Promise<Entry[]> {
    return (await this.repository.all(tx)).filter((entry) => entry.confirmedBy !== null);
  }

  async texts(tx: Tx): Promise<SupersedingText[]> {
    return (await this.repository.texts(tx)).filter((text) => text.confirmedBy !== null);
  }

  /** @throws Refusal `profile.missing`: without a profile nothing is authorised or provisioned (ADM-04). */
  async profileAt(tx: Tx, profileId: string, day: Day): Promise<ResolvedProfile> {
    return resolveProfile(profileId, day, await this.entries(tx), profiles, await this.texts(tx));
  }

  /**
   * The jurisdiction of an authority: its own region’s, or that of the nearest authority above it. Nobody chooses it.
   * @throws Refusal `profile.missing` where none of them has a region.
   */
  async profileIdOf(tx: Tx, authorityId: Id): Promise<string> {
    const region = (await this.organisations.lineage(tx, authorityId)).find((each) => each.region !== null)?.region;
    if (!region) throw refuse('profile.missing', { profile: '', day: dayOf(tx.context.at) });
    return region;
  }

  /** The rules that govern an authorisation: agreed terms as signed, statutory duties as of today (design §6). */
  async profileOf(tx: Tx, authorisation: { profileId: string; signedOn: Day | null }, rule: RuleName): Promise<ResolvedProfile> {
    const today = await this.profileAt(tx, authorisation.profileId, dayOf(tx.context.at));
    if (authorisation.signedOn === null) return today;
    return governing(rule, await this.profileAt(tx, authorisation.profileId, authorisation.signedOn), today);
  }

  /** Every year's calendar; of one year, the newest that was confirmed stands first, and counts. */
  async workingYears(tx: Tx): Promise<WorkingYear[]> {
    const confirmed = (await this.repository.workingYears(tx)).filter(({ confirmedAt }) => confirmedAt !== null);
    confirmed.sort((a, b) => ((a.confirmedAt ?? '') < (b.confirmedAt ?? '') ? 1 : -1));
    return [...confirmed.map(({ year, holidays, makeUpDays, source }) => ({ year, holidays, makeUpDays, source })), ...publishedYears];
  }
}
