import { type ActContext, type Id, dayOf } from '#kernel';
import { type Tx, UnitOfWork } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { AuthorisationsQuery } from '../contract.js';
import { agreementDigest, missingItems } from '../domain/agreement.js';
import { applicationDigest } from '../domain/application-decisions.js';
import { planStanding } from '../domain/emergency-plan.js';
import { filingStanding } from '../domain/filing.js';
import { valueOf } from '../domain/jurisdictions/resolve.js';
import { renewalWindow } from '../domain/term.js';
import type { AuthorisationSummary, AuthorisationView } from '../domain/messages/authorisations.messages.js';
import type { AuthorisationRow } from '../persistence/authorisation.entities.js';
import { AuthorisationsRepository } from '../persistence/authorisations.repository.js';
import { SuspensionsRepository } from '../persistence/suspensions.repository.js';
import { approvalView } from './approval-view.js';
import { Jurisdictions } from './jurisdictions.js';
import { Reviews } from './reviews.js';

export type AuthorisationAnswer = z.input<typeof AuthorisationView>;
type Summary = z.input<typeof AuthorisationSummary>;

/** What may be seen of authorisations, and by whom. */
@Injectable()
export class AuthorisationViews {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: AuthorisationsRepository,
    private readonly suspensions: SuspensionsRepository,
    private readonly jurisdictions: Jurisdictions,
    private readonly reviews: Reviews,
  ) {}

  list(ctx: ActContext, query: z.output<typeof AuthorisationsQuery>): Promise<{ items: Summary[]; next: string | null }> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const page = await this.repository.page(tx, { state: query.state, unitId: query.unitId }, query);
      return { items: page.items.map(summary), next: page.next };
    });
  }

  one(ctx: ActContext, id: Id): Promise<AuthorisationAnswer> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const row = await this.repository.get(tx, id);
      await this.assertVisible(tx, row);
      return this.view(tx, row);
    });
  }

  /** Its unit, its authority and who sits at the table of its review; for everyone else it does not exist (ISO-02, ADM-03). */
  assertVisible(tx: Tx, row: AuthorisationRow): Promise<void> {
    return this.repository.assertSees(tx, row);
  }

  async view(tx: Tx, row: AuthorisationRow): Promise<AuthorisationAnswer> {
    const now = tx.context.at;
    const profile = await this.jurisdictions.profileAt(tx, row.profileId, dayOf(now));
    const agreement = await this.repository.latestAgreement(tx, row.id);
    const plan = await this.repository.plan(tx, row.id);
    const filings = await this.repository.filingsOf(tx, row.id);
    return {
      ...summary(row),
      profile: { lineage: [...profile.lineage], status: profile.status, warnings: [...profile.warnings], notes: [...profile.notes] },
      signedUnder: row.signedUnder && [...row.signedUnder],
      termException: row.termException,
      files: row.files.map(({ kind, digest, periodEnd }) => ({ kind, digest, periodEnd })),
      responsible: row.responsible,
      bodies: Object.fromEntries(Object.entries(row.bodies).map(([party, { organisationId }]) => [party, organisationId])),
      digest: applicationDigest(row),
      returned: row.returned,
      publicity: row.publicity && { ...row.publicity, objections: [...row.publicity.objections] },
      review: approvalView(await this.reviews.latest(tx, 'authorisation', row.id)),
      agreement: agreement
        ? {
            revision: agreement.revision,
            digest: agreementDigest(agreement.items),
            items: agreement.items,
            missing: missingItems(agreement.items, valueOf(profile, 'agreementItems')),
            governmentApproval: agreement.governmentApproval,
            scan: agreement.scan,
            sealed: agreement.seal !== null,
            inForceFrom: agreement.inForceFrom,
          }
        : null,
      emergencyPlan: plan
        ? {
            id: plan.id,
            state: plan.state,
            digest: plan.digest,
            expiresOn: plan.expiresOn,
            standing: planStanding(plan, now),
            drawnUpWith: plan.drawnUpWith.map((each) => ({ ...each })),
          }
        : null,
      filings: filings.map((filing) => ({
        kind: filing.kind,
        deadline: filing.deadline,
        standing: filingStanding(filing, now),
        number: filing.receipt?.number ?? null,
        recordedAt: filing.receipt?.recordedAt ?? null,
      })),
      renewalWindow: renewalWindow(row.term, await this.jurisdictions.profileOf(tx, row, 'renewalWindow')),
      suspensionId: (await this.suspensions.open(tx, row.id))?.id ?? null,
    };
  }
}

const summary = (row: AuthorisationRow): Summary => ({
  id: row.id,
  version: row.version,
  unitId: row.unitId,
  authorityId: row.authorityId,
  profileId: row.profileId,
  state: row.state,
  field: row.field,
  rights: [...row.rights],
  grantMode: row.grantMode,
  term: row.term,
  revision: row.revision,
  renewsId: row.renewsId,
  signedOn: row.signedOn,
  inForceSince: row.inForceSince,
  ended: row.ended,
});
