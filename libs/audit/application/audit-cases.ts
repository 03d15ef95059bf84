import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { type ActContext, documentDigest, type Id, newId, type SignedDocument } from '#kernel';
import { type Page, type PageRequest, type Tx, UnitOfWork } from '#platform/database';
import { SignedDocuments } from '#platform/documents';
import { type Keys, KEYS } from '#platform/keys';
import { type Objects, OBJECTS } from '#platform/objects';
import { AUDIT_CONFIG, type AuditConfig } from '../config.js';
import type { AuditCaseView, OpenAuditCase } from '../contract.js';
import { asDocument, auditPackageType } from '../domain/audit-package.js';
import { visibilityOf } from '../domain/visibility.js';
import { CheckpointsRepository } from '../persistence/checkpoints.repository.js';
import type { AuditCaseRow } from '../persistence/entities.js';
import { EntriesRepository } from '../persistence/entries.repository.js';
import { AuditCasesRepository } from '../persistence/witnesses.repository.js';
import { CheckpointSigner } from './checkpoint-signer.js';
import { logKey } from './log-keys.js';
import { TreeReader } from './tree-reader.js';
import { refuse } from '../domain/refusals.js';

type CaseView = z.input<typeof AuditCaseView>;

/** Audit cases (AUD-07): evidence of a period as one signed file that needs no trust in us. The audited unit learns nothing of it. */
@Injectable()
export class AuditCases {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    @Inject(KEYS) private readonly keys: Keys,
    @Inject(OBJECTS) private readonly objects: Objects,
    @Inject(AUDIT_CONFIG) private readonly config: AuditConfig,
    private readonly cases: AuditCasesRepository,
    private readonly entries: EntriesRepository,
    private readonly checkpoints: CheckpointsRepository,
    private readonly reader: TreeReader,
    private readonly signer: CheckpointSigner,
    private readonly documents: SignedDocuments,
  ) {}

  /**
   * Gathers and signs before the transaction that issues the package: a long period holds no connection while it is signed and stored.
   * @throws Refusal `audit.no-checkpoint`, `audit.case-too-large`.
   */
  async open(ctx: ActContext, { from, until, ...chosen }: z.output<typeof OpenAuditCase>): Promise<CaseView> {
    const filter = Object.fromEntries(Object.entries(chosen).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
    const id = newId();
    const gathered = await this.unitOfWork.read(ctx, (tx) => this.gather(tx, { ...chosen, from, until }));
    const document = asDocument({
      type: auditPackageType,
      caseId: id,
      issuedAt: ctx.at,
      period: { from, until },
      filter,
      ...gathered,
    });
    const signed = await this.documents.sign('packages', document);
    await this.keys.create(logKey);
    const objectKey = `audit/cases/${id}`;
    await this.objects.put(objectKey, Buffer.from(JSON.stringify(signed), 'utf8'), { sealedBy: logKey });
    return this.unitOfWork.run(ctx, async (tx) => {
      const requestedBy = ctx.actor.kind === 'person' ? ctx.actor.personId : id;
      const entries = gathered.entries.length;
      const digest = documentDigest(document);
      const row = await this.cases.insert(tx, { id, createdAt: ctx.at, requestedBy, from, until, filter, entries, digest, objectKey });
      // Without a unit: the audited unit reads its own entries, and this is not one of them.
      await tx.record({ action: 'audit-case.issued', object: { kind: 'audit-case', id }, after: document, details: { entries } });
      return viewOf(row);
    });
  }

  private async gather(tx: Tx, wanted: z.output<typeof OpenAuditCase>) {
    const { actor, at } = tx.context;
    const cosigned = await this.checkpoints.newestCosigned(tx);
    const checkpoint = await (cosigned === undefined ? this.checkpoints.newest(tx) : this.checkpoints.at(tx, cosigned.size));
    if (checkpoint === undefined) throw refuse('audit.no-checkpoint');
    const most = this.config.caseEntries;
    const found = await this.entries.ofCase(tx, wanted, visibilityOf(actor, at), checkpoint.size, most);
    if (found.placed > most) throw refuse('audit.case-too-large', { entries: found.placed, most });
    const placed = found.rows.flatMap(({ index, canonical }) => (index === null ? [] : [{ index, entry: canonical }]));
    const paths = await this.reader.inclusions(
      tx,
      placed.map(({ index }) => index),
      checkpoint.size,
    );
    return {
      checkpoint: await this.signer.whole(tx, checkpoint),
      entries: placed.map((entry, at) => ({
        ...entry,
        inclusion: (paths[at] ?? []).map((hash) => Buffer.from(hash).toString('base64')),
      })),
      gaps: [{ what: 'entries of the period that the checkpoint does not cover', count: found.unplaced }],
    };
  }

  /** An authority sees its own people's cases through its own person, the audit administrator all. */
  list(ctx: ActContext, request: PageRequest): Promise<Page<CaseView>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const page = await this.cases.page(tx, request);
      return { items: page.items.map(viewOf), next: page.next };
    });
  }

  /** The signed package, with the proof of the entry that issued it. @throws Refusal `audit-case.not-found`. */
  async package(ctx: ActContext, id: Id): Promise<Uint8Array> {
    const row = await this.unitOfWork.read(ctx, async (tx) => {
      const found = await this.cases.get(tx, id);
      await this.cases.assertSees(tx, found);
      return found;
    });
    const parts: Uint8Array[] = [];
    for await (const part of await this.objects.get(row.objectKey, { sealedBy: logKey })) parts.push(part);
    const signed = JSON.parse(Buffer.concat(parts).toString('utf8')) as SignedDocument;
    return Buffer.from(JSON.stringify(await this.documents.handedOut(ctx, signed)), 'utf8');
  }
}

const viewOf = ({ id, version, createdAt, from, until, filter, entries, digest }: AuditCaseRow): CaseView => ({
  id,
  version,
  createdAt,
  from,
  until,
  filter,
  entries,
  digest,
});
