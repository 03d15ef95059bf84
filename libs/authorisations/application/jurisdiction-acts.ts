import { Organisations, personOf, Standings } from '#identity';
import { type ActContext, type Id, dayOf, newId } from '#kernel';
import { type Tx, UnitOfWork } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { checkEntry, checkSupersedingText, decideEntryConfirmation, decidesFor } from '../domain/jurisdictions/entry.js';
import { type ProfileId, type Rule, type RuleName, type ValueOf, natures } from '../domain/jurisdictions/profile.js';
import { type ResolvedProfile, type SupersedingText, profiles } from '../domain/jurisdictions/resolve.js';
import { refuse } from '../domain/refusals.js';
import { type WorkingYear, checkWorkingYear, decideYearConfirmation } from '../domain/working-days.js';
import {
  type EnterWorkingYear,
  type EntryView,
  type ProfileView,
  type ProposeEntry,
  type ProposeSupersedingText,
  type SupersedingTextView,
  type WorkingYearView,
  ruleValues,
} from '../domain/messages/profiles.messages.js';
import { JurisdictionsRepository } from '../persistence/jurisdictions.repository.js';
import { oneAfterTheOther } from '../persistence/confirmations.js';
import type { ProfileEntryRow, SupersedingTextRow, WorkingYearRow } from '../persistence/review.entities.js';
import { Jurisdictions } from './jurisdictions.js';

type ProfileAnswer = z.input<typeof ProfileView>;
type EntryAnswer = z.input<typeof EntryView>;
type TextAnswer = z.input<typeof SupersedingTextView>;
type YearAnswer = z.input<typeof WorkingYearView>;

/** What the authority enters where a text leaves it the figure; changes need two persons of the region and apply from a day (ADM-04). */
@Injectable()
export class JurisdictionActs {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: JurisdictionsRepository,
    private readonly jurisdictions: Jurisdictions,
    private readonly standings: Standings,
    private readonly organisations: Organisations,
  ) {}

  list(ctx: ActContext, on: string | undefined): Promise<{ items: ProfileAnswer[]; next: null }> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const items: ProfileAnswer[] = [];
      for (const id of new Set(profiles.map((profile) => profile.id)))
        items.push(profileView(await this.jurisdictions.profileAt(tx, id, on ?? dayOf(ctx.at))));
      return { items, next: null };
    });
  }

  propose(ctx: ActContext, input: z.output<typeof ProposeEntry>): Promise<EntryAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const value = ruleValues[input.rule].safeParse(input.value);
      if (!value.success) throw refuse('profile.value-invalid', { rule: input.rule });
      const entry = { ...input, value: value.data as ValueOf<RuleName> };
      await this.assertOwnRegion(tx, entry.profile);
      checkEntry(entry, await this.jurisdictions.entries(tx), ctx.at);
      const row = await this.repository.insert(tx, {
        ...proposedBy(ctx),
        ...entry,
      });
      await tx.record({
        action: ctx.action,
        object: { kind: 'profile-entry', id: row.id },
        after: row,
        details: { profile: row.profile, rule: row.rule },
      });
      return entryView(row);
    });
  }

  /** Checked again as of now: others may have been confirmed meanwhile, and the proposer may be an authority no more. */
  confirm(ctx: ActContext, id: Id): Promise<EntryAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      await oneAfterTheOther(tx);
      const row = await this.repository.lock(tx, id);
      await this.assertOwnRegion(tx, row.profile);
      const change = decideEntryConfirmation(row, personOf(ctx.actor).personId, ctx.at);
      await this.standings.assertStands(tx, row.proposedBy, await this.decidesFor(tx, row.profile));
      checkEntry(row, await this.jurisdictions.entries(tx), ctx.at);
      const next = await this.repository.update(tx, row, change);
      await tx.record({
        action: ctx.action,
        object: { kind: 'profile-entry', id },
        before: row,
        after: next,
        details: { profile: row.profile, rule: row.rule },
      });
      return entryView(next);
    });
  }

  /** A text that replaces a profile's: nothing new is authorised under the old one from its first day (ADM-04). */
  proposeText(ctx: ActContext, input: z.output<typeof ProposeSupersedingText>): Promise<TextAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      await this.assertOwnRegion(tx, input.profile);
      checkSupersedingText(input, await this.liveTexts(tx, input.profile), ctx.at);
      const row = await this.repository.insertText(tx, {
        ...proposedBy(ctx),
        ...input,
      });
      return this.recordedText(tx, row);
    });
  }

  confirmText(ctx: ActContext, id: Id): Promise<TextAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const row = await this.repository.lockText(tx, id);
      await this.assertOwnRegion(tx, row.profile);
      const change = decideEntryConfirmation(row, personOf(ctx.actor).personId, ctx.at);
      await this.standings.assertStands(tx, row.proposedBy, await this.decidesFor(tx, row.profile));
      checkSupersedingText(row, await this.jurisdictions.texts(tx), ctx.at);
      return this.recordedText(tx, await this.repository.updateText(tx, row, change), row);
    });
  }

  /** A profile's texts that are confirmed, or proposed by somebody who still may: a proposal that can never be confirmed stands in nobody's way. */
  private async liveTexts(tx: Tx, profile: ProfileId): Promise<SupersedingTextRow[]> {
    const decides = await this.decidesFor(tx, profile);
    const live: SupersedingTextRow[] = [];
    for (const text of await this.repository.texts(tx))
      if (text.profile === profile && (text.confirmedBy !== null || (await this.standings.stands(tx, text.proposedBy, decides))))
        live.push(text);
    return live;
  }

  /** @throws Refusal `profile.of-another-region`: what a region's rules are, only its own authority or one above it says. */
  private async assertOwnRegion(tx: Tx, profile: ProfileId): Promise<void> {
    const acting = await this.standings.acting(tx);
    const decides = await this.decidesFor(tx, profile);
    if (!acting.grants.some((grant) => decides(grant, acting))) throw refuse('profile.of-another-region', { profile });
  }

  private async decidesFor(tx: Tx, profile: ProfileId): Promise<ReturnType<typeof decidesFor>> {
    return decidesFor(await this.organisations.authoritiesOf(tx, profile));
  }

  private async recordedText(tx: Tx, row: SupersedingTextRow, before?: SupersedingTextRow): Promise<TextAnswer> {
    const { createdAt: _, ...view } = row;
    await tx.record({
      action: tx.context.action,
      object: { kind: 'superseding-text', id: row.id },
      after: row,
      details: { profile: row.profile, from: row.from },
      ...(before === undefined ? {} : { before }),
    });
    return view;
  }

  /** Which calendar stands for each year, and what waits for its confirmation. */
  listYears(ctx: ActContext): Promise<{ items: YearAnswer[]; next: null }> {
    return this.unitOfWork.read(ctx, async (tx) => ({ items: (await this.repository.workingYears(tx)).map(yearView), next: null }));
  }

  /** A year's notice, or one that takes the place of what stands: the same for every region, so no region's authority enters it. */
  proposeYear(ctx: ActContext, input: z.output<typeof EnterWorkingYear>): Promise<YearAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      checkWorkingYear(input, await this.standingYear(tx, input.year));
      const row = await this.repository.insertYear(tx, {
        ...proposedBy(ctx),
        ...input,
      });
      return this.recordedYear(tx, row);
    });
  }

  confirmYear(ctx: ActContext, id: Id): Promise<YearAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      await oneAfterTheOther(tx);
      const row = await this.repository.lockYear(tx, id);
      const proposer = await this.standings.entitled(tx, row.proposedBy);
      const change = decideYearConfirmation(row, proposer, await this.standings.acting(tx), ctx.at);
      checkWorkingYear(row, await this.standingYear(tx, row.year));
      return this.recordedYear(tx, await this.repository.updateYear(tx, row, change), row);
    });
  }

  private async standingYear(tx: Tx, year: number): Promise<WorkingYear | undefined> {
    return (await this.jurisdictions.workingYears(tx)).find((known) => known.year === year);
  }

  private async recordedYear(tx: Tx, row: WorkingYearRow, before?: WorkingYearRow): Promise<YearAnswer> {
    await tx.record({
      action: tx.context.action,
      object: { kind: 'working-year', id: row.id },
      after: row,
      details: { year: row.year },
      ...(before === undefined ? {} : { before }),
    });
    return yearView(row);
  }
}

/** What is said of everything that one person proposes and another confirms. */
const proposedBy = (ctx: ActContext) => ({
  id: newId(Date.parse(ctx.at)),
  createdAt: ctx.at,
  proposedBy: personOf(ctx.actor).personId,
  confirmedBy: null,
  confirmedAt: null,
});

const yearView = ({ createdAt: _, holidays, makeUpDays, ...row }: WorkingYearRow): YearAnswer => ({
  ...row,
  holidays: holidays.map((span) => [...span]),
  makeUpDays: [...makeUpDays],
});

const textOf = ({ title, dated, from, source }: SupersedingText) => ({ title, dated, from, source });

const ruleNames = Object.keys(natures) as RuleName[];

const profileView = (profile: ResolvedProfile): ProfileAnswer => ({
  id: profile.id,
  title: { ...profile.title },
  draftOf: profile.draftOf,
  effectiveFrom: profile.effectiveFrom,
  lastDay: profile.lastDay,
  supersededBy: profile.supersededBy && textOf(profile.supersededBy),
  lineage: [...profile.lineage],
  status: profile.status,
  warnings: [...profile.warnings],
  notes: [...profile.notes],
  rules: ruleNames.map((name) => {
    const rule: Rule<unknown> = profile.rules[name];
    const value = rule.standing === 'must-be-entered' ? null : (rule.value as ProfileAnswer['rules'][number]['value']);
    return { name, nature: natures[name], standing: rule.standing, value, sources: [...rule.sources] };
  }),
});

const entryView = (row: ProfileEntryRow): EntryAnswer => {
  const { id, version, profile, rule, value, from, source, proposedBy, confirmedBy, confirmedAt } = row;
  return { id, version, profile, rule, value: value as EntryAnswer['value'], from, source, proposedBy, confirmedBy, confirmedAt };
};
