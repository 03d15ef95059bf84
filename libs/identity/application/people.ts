import { endOfDay, addDays, holdsRole, newId, personOf, type ActContext, type Day, type Id, type Instant, type Role } from '#kernel';
import { UnitOfWork, type Page, type PageRequest, type Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type {
  Affiliate,
  EndAffiliation,
  EndRole,
  FileRecord,
  GrantRole,
  PersonDetail,
  PersonListed,
  PersonView,
  RegisterPerson,
} from '../contract.js';
import { personAffiliationEnded, personRecordChanged } from '../contract.js';
import { assertNotBackdated, assertNumberFits, assertResultFits, missingDetails, type PersonnelFacts } from '../domain/personnel.js';
import { decides, roleRules } from '../domain/role-rules.js';
import { OrganisationsRepository } from '../persistence/organisations.repository.js';
import type { PersonRow } from '../persistence/entities.js';
import { PeopleRepository } from '../persistence/people.repository.js';
import { PersonLocksRepository } from '../persistence/person-locks.repository.js';
import { Grantable } from './grantable.js';
import { IdentityNumbers } from './identity-numbers.js';
import { refuse } from '../domain/refusals.js';

type PersonAnswer = z.output<typeof PersonView>;

@Injectable()
export class People {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: PeopleRepository,
    private readonly organisations: OrganisationsRepository,
    private readonly grantable: Grantable,
    private readonly numbers: IdentityNumbers,
    private readonly locks: PersonLocksRepository,
  ) {}

  /** @throws Refusal `identity.subject-taken`: one natural person has one account, also where two register them at once. */
  register(ctx: ActContext, input: z.output<typeof RegisterPerson>): Promise<PersonAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const { organisationId, documentedFrom, name, issuer, subject } = input;
      await this.organisations.get(tx, organisationId);
      const person = await this.repository.insert(tx, { id: newId(), createdAt: ctx.at, name, issuer, subject, numberMac: null });
      const span = { from: ctx.at, until: null, documentedFrom };
      await this.repository.addAffiliation(tx, { id: newId(), personId: person.id, organisationId, ...span });
      await tx.record({ action: 'person.registered', object: { kind: 'person', id: person.id }, details: { organisationId } });
      return viewOf(person);
    });
  }

  /** From now or later, never from before, and never one's own (ACC-05). */
  affiliate(ctx: ActContext, personId: Id, input: z.output<typeof Affiliate>): Promise<PersonAnswer> {
    const { organisationId, from = ctx.at, until, documentedFrom } = input;
    return this.change(ctx, personId, 'person.affiliated', { organisationId, from, until, documentedFrom }, async (tx) => {
      notSelf(ctx, personId);
      assertNotBackdated(from, ctx.at);
      assertNotBackdated(until, from);
      const grants = await this.repository.grants(tx, personId);
      const held = grants.filter((grant) => grant.until === null || grant.until > from).map(({ role }) => role);
      await this.assertNoVendorWith(tx, organisationId, held);
      await this.repository.addAffiliation(tx, { id: newId(), personId, organisationId, from, until, documentedFrom });
    });
  }

  /**
   * Ends an affiliation, now or later; grants that rest on it end with it, and so do the person's seats in that unit (PERS-02).
   * @throws Refusal `identity.two-people-needed` while a role that decides rests on it: one administrator alone would take it away by this
   */
  endAffiliation(ctx: ActContext, personId: Id, input: z.output<typeof EndAffiliation>): Promise<PersonAnswer> {
    const { organisationId, until = ctx.at } = input;
    return this.change(ctx, personId, 'person.affiliation-ended', { organisationId, until }, async (tx) => {
      assertNotBackdated(until, ctx.at);
      const { affiliations } = await this.repository.facts(tx, personId);
      const ending = new Set(affiliations.filter((one) => one.organisationId === organisationId).map(({ id }) => id));
      const deciding = (await this.repository.grants(tx, personId)).find(
        (grant) =>
          grant.affiliationId !== null &&
          ending.has(grant.affiliationId) &&
          decides(grant.role) &&
          (grant.until === null || grant.until > until),
      );
      if (deciding !== undefined) throw refuse('identity.two-people-needed', { role: deciding.role });
      if ((await this.repository.endAffiliations(tx, personId, organisationId, until)) === 0)
        throw refuse('organisation.not-found', { id: organisationId });
      await tx.bumpEpoch('rights', personId);
      await tx.publish(personAffiliationEnded, personId, { personId, organisationId });
    });
  }

  /** Grants a role that decides nothing. @throws Refusal `identity.two-people-needed` for one that does, and those of `Grantable`. */
  grantRole(ctx: ActContext, personId: Id, input: z.output<typeof GrantRole>): Promise<PersonAnswer> {
    const { role, scope, from = ctx.at, until } = input;
    return this.change(ctx, personId, 'person.role-granted', { role, scope: { ...scope }, from, until }, async (tx) => {
      notSelf(ctx, personId);
      assertNotBackdated(from, ctx.at);
      assertNotBackdated(until, from);
      const { affiliationId } = await this.grantable.assert(tx, personId, role, scope);
      if (decides(role)) throw refuse('identity.two-people-needed', { role });
      await this.repository.addGrant(tx, { id: newId(), personId, role, scope, affiliationId, proposalId: null, from, until });
    });
  }

  /**
   * Takes a role back that decides nothing: one person's act, and every grant of it ends at that moment or a later one.
   * @throws Refusal `identity.two-people-needed` for one that decides; a lock, which only takes away, needs no second person.
   */
  endRole(ctx: ActContext, personId: Id, input: z.output<typeof EndRole>): Promise<PersonAnswer> {
    const { role, until = ctx.at } = input;
    return this.change(ctx, personId, 'person.role-ended', { role, until }, async (tx) => {
      notSelf(ctx, personId);
      assertNotBackdated(until, ctx.at);
      if (decides(role)) throw refuse('identity.two-people-needed', { role });
      if ((await this.repository.endGrants(tx, personId, role, until)) === 0) throw refuse('identity.role-not-held', { role });
      await tx.bumpEpoch('rights', personId);
    });
  }

  /**
   * Files a personnel record (SEAT-02, PERS-01..04), the first real name also by the security administrator, since an authority's own
   * first people have nobody else: it counts from now or a later day; a date on paper has no effect.
   * @throws Refusal of `assertNumberFits`, `identity.verification-not-first` and those of `setNumber`.
   */
  async fileRecord(ctx: ActContext, personId: Id, input: z.output<typeof FileRecord>): Promise<PersonAnswer> {
    const { kind, validFrom, validUntil, documentedFrom, evidenceDigest, details, identityNumber, numberChange } = input;
    assertNumberFits(kind, identityNumber);
    const numberMac = identityNumber === undefined ? undefined : await this.numbers.mac(identityNumber);
    return this.change(
      ctx,
      personId,
      'person.record-filed',
      { kind, validFrom: validFrom ?? null, validUntil, documentedFrom, ...(numberChange === undefined ? {} : { numberChange }) },
      async (tx, person) => {
        notSelf(ctx, personId);
        if (!holdsRole(ctx.actor, 'authority') && (kind !== 'real-name' || person.numberMac !== null))
          throw refuse('identity.verification-not-first');
        const missing = missingDetails(kind, details);
        if (missing.length > 0) throw refuse('identity.record-incomplete', { kind, missing });
        assertResultFits(kind, details);
        if (numberMac !== undefined) await this.repository.setNumber(tx, person, numberMac, numberChange, ctx.at);
        const from = beginning(validFrom, ctx.at);
        const row = { kind, validFrom: from, validUntil, documentedFrom, evidenceDigest, details };
        await this.repository.addRecord(tx, { id: newId(), personId, withdrawn: false, voidedAt: null, ...row });
        // A vetting that was not passed, or a shorter agreement, takes away as well.
        await tx.bumpEpoch('rights', personId);
        await tx.publish(personRecordChanged, personId, { personId });
      },
    );
  }

  withdrawRecord(ctx: ActContext, personId: Id, recordId: Id): Promise<PersonAnswer> {
    return this.change(ctx, personId, 'person.record-withdrawn', { recordId }, async (tx) => {
      notSelf(ctx, personId);
      if (!(await this.repository.withdrawRecord(tx, personId, recordId))) throw refuse('person-record.not-found', { id: recordId });
      await tx.bumpEpoch('rights', personId);
      await tx.publish(personRecordChanged, personId, { personId });
    });
  }

  list(ctx: ActContext, request: PageRequest): Promise<Page<z.output<typeof PersonListed>>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const page = await this.repository.page(tx, request);
      const locked = await this.locks.lockedAmong(
        tx,
        page.items.map(({ id }) => id),
      );
      return { items: page.items.map((person) => ({ ...viewOf(person), locked: locked.has(person.id) })), next: page.next };
    });
  }

  detail(ctx: ActContext, personId: Id): Promise<z.input<typeof PersonDetail>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const person = await this.repository.get(tx, personId);
      await this.assertReaches(tx, personId);
      const facts = await this.repository.facts(tx, personId);
      return {
        ...viewOf(person),
        locked: facts.locks.length > 0,
        affiliations: [...facts.affiliations],
        records: [...facts.records],
        grants: await this.repository.grants(tx, personId),
      };
    });
  }

  /** @throws Refusal `identity.vendor-role` where a vendor's person would hold a data role (ACC-06), whichever of the two came first. */
  private async assertNoVendorWith(tx: Tx, organisationId: Id, roles: readonly Role[]): Promise<void> {
    const { kind } = await this.organisations.get(tx, organisationId);
    const barred = kind === 'vendor' ? roles.find((role) => !roleRules[role].kinds.includes('vendor')) : undefined;
    if (barred !== undefined) throw refuse('identity.vendor-role', { role: barred });
  }

  /** @throws Refusal `person.not-found` for people of organisations that stand under another authority (ISO-02, ADM-03). */
  private async assertReaches(tx: Tx, personId: Id): Promise<void> {
    await this.repository.assertSees(tx, await this.repository.get(tx, personId));
  }

  /** For other contexts' decisions, in their transaction. @throws Refusal `person.not-found`. */
  facts(tx: Tx, personId: Id, lock?: 'share' | 'update'): Promise<PersonnelFacts> {
    return this.repository.facts(tx, personId, lock);
  }

  private change(
    ctx: ActContext,
    personId: Id,
    action: string,
    details: Parameters<Tx['record']>[0]['details'],
    apply: (tx: Tx, person: PersonRow) => Promise<void>,
  ): Promise<PersonAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const person = await this.repository.lock(tx, personId, 'update');
      await this.assertReaches(tx, personId);
      await apply(tx, person);
      const touched = await this.repository.touch(tx, person);
      await tx.record({ action, object: { kind: 'person', id: personId }, ...(details === undefined ? {} : { details }) });
      return viewOf(touched);
    });
  }
}

/** The moment from which a record counts: the act's own, or the beginning of a later day. @throws Refusal `identity.backdated`. */
function beginning(day: Day | undefined, at: Instant): Instant {
  if (day === undefined) return at;
  const start = addDays(endOfDay(day), -1);
  assertNotBackdated(endOfDay(day), at);
  return start > at ? start : at;
}

const viewOf = ({ id, version, name }: { id: Id; version: number; name: string }): PersonAnswer => ({ id, version, name });

function notSelf(ctx: ActContext, personId: Id): void {
  if (ctx.actor.kind === 'person' && personOf(ctx.actor).personId === personId) throw refuse('identity.own-grant');
}
