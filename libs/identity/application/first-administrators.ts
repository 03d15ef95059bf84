import { newId, systemAct, type Clock, type Instant, dayOf, type Role } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { CLOCK } from '#platform/http';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { OrganisationsRepository } from '../persistence/organisations.repository.js';
import { PeopleRepository } from '../persistence/people.repository.js';

/** The first people of an installation: the three separated administrators, by their identities at the issuer. */
export const administratorsConfig = z
  .object({
    organisation: z.object({ name: z.string(), creditCode: z.string() }).strict(),
    administrators: z
      .array(
        z.object({ name: z.string(), subject: z.string(), role: z.enum(['platform-operator', 'security-admin', 'audit-admin']) }).strict(),
      )
      .refine((list) => new Set(list.map((one) => one.subject)).size === list.length, { message: 'each administrator is another person' }),
  })
  .strict();
export type AdministratorsConfig = z.infer<typeof administratorsConfig>;

@Injectable()
export class FirstAdministrators {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly people: PeopleRepository,
    private readonly organisations: OrganisationsRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Registers who is not registered yet; a second run changes nothing, and nobody who exists is given more. */
  async ensure(issuer: string, config: AdministratorsConfig): Promise<void> {
    const at = this.clock.now();
    await this.unitOfWork.run(
      systemAct('installation', 'person.registered', at),
      async (tx) => {
        const missing = [];
        for (const administrator of config.administrators)
          if ((await this.people.bySubject(tx, issuer, administrator.subject)) === undefined) missing.push(administrator);
        if (missing.length === 0) return;
        const organisationId = newId();
        await this.organisations.insert(tx, {
          id: organisationId,
          createdAt: at,
          kind: 'vendor',
          ...config.organisation,
          parentId: null,
          affiliateIds: [],
          region: null,
        });
        await tx.record({ action: 'organisation.registered', object: { kind: 'organisation', id: organisationId } });
        for (const { name, subject, role } of missing) await this.add(tx, { issuer, name, subject, role, organisationId, at });
      },
      { serializable: true },
    );
  }

  private async add(
    tx: Parameters<PeopleRepository['insert']>[0],
    who: { issuer: string; name: string; subject: string; role: Role; organisationId: string; at: Instant },
  ): Promise<void> {
    const person = await this.people.insert(tx, {
      id: newId(),
      createdAt: who.at,
      name: who.name,
      issuer: who.issuer,
      subject: who.subject,
    });
    const from = dayOf(who.at);
    await this.people.addAffiliation(tx, { id: newId(), personId: person.id, organisationId: who.organisationId, from, until: null });
    await this.people.addGrant(tx, { id: newId(), personId: person.id, role: who.role, scope: { kind: 'platform' }, from, until: null });
    await tx.record({ action: 'person.registered', object: { kind: 'person', id: person.id }, details: { role: who.role } });
  }
}
