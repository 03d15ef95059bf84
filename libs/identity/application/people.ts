import { addDays, dayOf, newId, personOf, refuse, regionsOf, type ActContext, type Actor, type Id, type Role } from '#kernel';
import { UnitOfWork, type Page, type PageRequest, type Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { Affiliate, EndAffiliation, EndRole, FileRecord, GrantRole, PersonDetail, PersonView, RegisterPerson } from '../contract.js';
import { fitsRole, missingDetails, separationConflict, type PersonnelFacts } from '../domain/personnel.js';
import { OrganisationsRepository } from '../persistence/organisations.repository.js';
import { PeopleRepository } from '../persistence/people.repository.js';

type PersonAnswer = z.output<typeof PersonView>;
/** Roles that people of the platform or of a vendor never hold (ACC-06). */
const barredForVendors = ['authority', 'provider', 'unit-manager', 'unit-developer', 'export-reviewer'];

@Injectable()
export class People {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: PeopleRepository,
    private readonly organisations: OrganisationsRepository,
  ) {}

  register(ctx: ActContext, input: z.output<typeof RegisterPerson>): Promise<PersonAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      await this.organisations.get(tx, input.organisationId);
      if ((await this.repository.bySubject(tx, input.issuer, input.subject)) !== undefined) throw refuse('identity.subject-taken');
      const person = await this.repository.insert(tx, {
        id: newId(),
        createdAt: ctx.at,
        name: input.name,
        issuer: input.issuer,
        subject: input.subject,
      });
      await this.repository.addAffiliation(tx, {
        id: newId(),
        personId: person.id,
        organisationId: input.organisationId,
        from: input.from,
        until: null,
      });
      await tx.record({
        action: 'person.registered',
        object: { kind: 'person', id: person.id },
        details: { organisationId: input.organisationId },
      });
      return viewOf(person);
    });
  }

  affiliate(ctx: ActContext, personId: Id, input: z.output<typeof Affiliate>): Promise<PersonAnswer> {
    return this.change(ctx, personId, 'person.affiliated', { ...input }, async (tx) => {
      const grants = await this.repository.grants(tx, personId);
      const held = grants.filter((grant) => grant.until === null || grant.until >= input.from).map(({ role }) => role);
      await this.assertNoVendorWith(tx, input.organisationId, held);
      await this.repository.addAffiliation(tx, { id: newId(), personId, ...input });
    });
  }

  /** Ends an affiliation; seats of the person in that unit close with it (PERS-02). */
  endAffiliation(ctx: ActContext, personId: Id, input: z.output<typeof EndAffiliation>): Promise<PersonAnswer> {
    return this.change(ctx, personId, 'person.affiliation-ended', { ...input }, async (tx) => {
      if ((await this.repository.endAffiliations(tx, personId, input.organisationId, input.until)) === 0)
        throw refuse('organisation.not-found', { id: input.organisationId });
      await tx.bumpEpoch('rights', personId);
      await tx.publish({ type: 'person.affiliation-ended.v1', key: personId, payload: { personId, organisationId: input.organisationId } });
    });
  }

  /** Grants a role; the three administrators stay three people, vendors' people get no data role (ACC-06), nobody grants to themselves. */
  grantRole(ctx: ActContext, personId: Id, input: z.output<typeof GrantRole>): Promise<PersonAnswer> {
    return this.change(
      ctx,
      personId,
      'person.role-granted',
      { role: input.role, scope: { ...input.scope }, from: input.from, until: input.until },
      async (tx) => {
        notSelf(ctx, personId);
        const held = (await this.repository.grants(tx, personId)).filter((grant) => grant.until === null || grant.until >= input.from);
        const conflict = separationConflict(
          held.map((grant) => grant.role),
          input.role,
        );
        if (conflict !== undefined) throw refuse('identity.roles-separated', { held: conflict, wanted: input.role });
        const facts = await this.repository.facts(tx, personId);
        for (const { organisationId } of facts.affiliations) await this.assertNoVendorWith(tx, organisationId, [input.role]);
        if (!fitsRole(input.role, input.scope)) throw refuse('identity.scope-unfit', { role: input.role, scope: input.scope.kind });
        await this.repository.addGrant(tx, { id: newId(), personId, ...input });
      },
    );
  }

  /** Takes a role back: every open grant of it ends, at once or on a day. Roles are read at each request, and transfers under way end (`rights`). */
  endRole(ctx: ActContext, personId: Id, input: z.output<typeof EndRole>): Promise<PersonAnswer> {
    const until = input.until ?? dayOf(addDays(ctx.at, -1));
    return this.change(ctx, personId, 'person.role-ended', { role: input.role, until }, async (tx) => {
      notSelf(ctx, personId);
      if ((await this.repository.endGrants(tx, personId, input.role, until)) === 0)
        throw refuse('identity.role-not-held', { role: input.role });
      await tx.bumpEpoch('rights', personId);
    });
  }

  /** Files a personnel record (SEAT-02, PERS-01..04). */
  fileRecord(ctx: ActContext, personId: Id, input: z.output<typeof FileRecord>): Promise<PersonAnswer> {
    return this.change(
      ctx,
      personId,
      'person.record-filed',
      { kind: input.kind, validFrom: input.validFrom, validUntil: input.validUntil },
      async (tx) => {
        notSelf(ctx, personId);
        const missing = missingDetails(input.kind, input.details);
        if (missing.length > 0) throw refuse('identity.record-incomplete', { kind: input.kind, missing });
        await this.repository.addRecord(tx, { id: newId(), personId, withdrawn: false, ...input });
        // A vetting that was not passed, or a shorter agreement, takes away as well.
        await tx.bumpEpoch('rights', personId);
        await tx.publish({ type: 'person.record-changed.v1', key: personId, payload: { personId, kind: input.kind } });
      },
    );
  }

  withdrawRecord(ctx: ActContext, personId: Id, recordId: Id): Promise<PersonAnswer> {
    return this.change(ctx, personId, 'person.record-withdrawn', { recordId }, async (tx) => {
      if (!(await this.repository.withdrawRecord(tx, personId, recordId))) throw refuse('person.not-found', { id: recordId });
      await tx.bumpEpoch('rights', personId);
      await tx.publish({ type: 'person.record-changed.v1', key: personId, payload: { personId, kind: 'withdrawn' } });
    });
  }

  list(ctx: ActContext, request: PageRequest): Promise<Page<PersonAnswer>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const page = await this.repository.page(tx, organisationsReached(ctx.actor), request);
      return { items: page.items.map(viewOf), next: page.next };
    });
  }

  detail(ctx: ActContext, personId: Id): Promise<z.input<typeof PersonDetail>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const person = await this.repository.get(tx, personId);
      await this.assertReaches(tx, ctx.actor, personId);
      const facts = await this.repository.facts(tx, personId);
      return {
        ...viewOf(person),
        affiliations: [...facts.affiliations],
        records: [...facts.records],
        grants: await this.repository.grants(tx, personId),
      };
    });
  }

  /** @throws Refusal `identity.vendor-role` where a vendor's person would hold a data role (ACC-06), whichever of the two came first. */
  private async assertNoVendorWith(tx: Tx, organisationId: Id, roles: readonly Role[]): Promise<void> {
    const { kind } = await this.organisations.get(tx, organisationId);
    const barred = kind === 'vendor' ? roles.find((role) => barredForVendors.includes(role)) : undefined;
    if (barred !== undefined) throw refuse('identity.vendor-role', { role: barred });
  }

  /** @throws Refusal `person.not-found` for people of organisations that stand under another authority (ISO-02, ADM-03). */
  private async assertReaches(tx: Tx, actor: Actor, personId: Id): Promise<void> {
    if (!(await this.repository.reached(tx, personId, organisationsReached(actor)))) throw refuse('person.not-found', { id: personId });
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
    apply: (tx: Tx) => Promise<void>,
  ): Promise<PersonAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const person = await this.repository.lock(tx, personId, 'update');
      await this.assertReaches(tx, ctx.actor, personId);
      await apply(tx);
      const touched = await this.repository.touch(tx, person);
      await tx.record({ action, object: { kind: 'person', id: personId }, ...(details === undefined ? {} : { details }) });
      return viewOf(touched);
    });
  }
}

/** What an act's roles reach: everything for the platform's administrators, for an authority the organisations under it. */
const organisationsReached = (actor: Actor): readonly Id[] | 'all' =>
  actor.kind === 'system' || actor.grants.some(({ scope }) => scope.kind === 'platform') ? 'all' : regionsOf(actor);

const viewOf = ({ id, version, name }: { id: Id; version: number; name: string }): PersonAnswer => ({ id, version, name });

function notSelf(ctx: ActContext, personId: Id): void {
  if (ctx.actor.kind === 'person' && personOf(ctx.actor).personId === personId) throw refuse('identity.own-grant');
}
