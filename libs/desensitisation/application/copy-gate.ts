import type { Grade, SensitiveType } from '#datasets/contract';
import { Consents, DataRequests } from '#authorisations';
import { copyNotFound, Copies } from '#datasets';
import { assertSees, type Id, type Instant } from '#kernel';
import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { SchemaColumn } from '../contract.js';
import type { FieldGrant } from '../domain/decisions.js';
import type { CopySize } from '../domain/engine-need.js';
import { schemaColumn, type StoredColumn } from '../domain/stored-columns.js';
import { belongingOf } from './belonging.js';

/** A delivered copy that may be worked on now, with what its provider said of the fields. */
export interface UsableCopy extends ReturnType<typeof belongingOf> {
  readonly file: { readonly objectKey: string; readonly objectVersion: string; readonly sealedBy: string; readonly bytes: number };
  readonly size: CopySize;
  readonly columns: readonly (SchemaColumn & StoredColumn)[];
  readonly declared: ReadonlyMap<string, { readonly type: SensitiveType | null; readonly grade: Grade | null }>;
}

/** Asks upstream whether a copy may be worked on, and which of its fields the scenario may see. */
@Injectable()
export class CopyGate {
  constructor(
    private readonly copies: Copies,
    private readonly dataRequests: DataRequests,
    private readonly consents: Consents,
  ) {}

  /** Before anything else of it is asked: of another's copy nothing is told. @throws Refusal `dataset-copy.not-found` */
  async assertSees(tx: Tx, copyId: Id): Promise<void> {
    const { actor, at } = tx.context;
    assertSees(actor, await this.copies.facts(tx, copyId), at, copyNotFound(copyId));
  }

  /** What there is of a copy, for an estimate; undefined where its file is not there. */
  async size(tx: Tx, copyId: Id): Promise<CopySize | undefined> {
    const { file } = await this.copies.facts(tx, copyId);
    return file === null ? undefined : sizeOf(file);
  }

  /** Locks what it answers from (share). @throws Refusal whatever keeps the copy from being read today, see `Copies.assertReadable` */
  async usable(tx: Tx, copyId: Id, at: Instant): Promise<UsableCopy> {
    const { copy, file, fields } = await this.copies.assertReadable(tx, copyId, at);
    const { objectKey, objectVersion, sealedBy, bytes, columns } = file;
    const declared = new Map(fields.map((field) => [field.name, field]));
    return {
      ...belongingOf({ ...copy, copyId: copy.id }),
      file: { objectKey, objectVersion, sealedBy, bytes },
      size: sizeOf(file),
      columns: columns.map((column) => ({ ...schemaColumn(column, declared.get(column.name)?.comment), stored: column.type })),
      declared: new Map(fields.map((field) => [field.name, { type: field.sensitiveType, grade: field.grade }])),
    };
  }

  /** The fields that are open today, and those whose consent has lapsed since they were granted (REQ-07: asked again before every run). */
  async grant(tx: Tx, copy: Pick<UsableCopy, 'scenarioId' | 'datasetId'>, at: Instant): Promise<FieldGrant> {
    const { itemIds } = await this.copies.grant(tx, copy.scenarioId, copy.datasetId);
    return this.open(tx, copy, at, itemIds);
  }

  /** The same where nothing may be open at all. @param itemIds those that count; all in force where it is not said */
  async open(tx: Tx, copy: Pick<UsableCopy, 'scenarioId' | 'datasetId'>, at: Instant, itemIds?: readonly Id[]): Promise<FieldGrant> {
    const items = await this.dataRequests.inForceItems(tx, copy.scenarioId, copy.datasetId, 'share');
    const open = new Set<string>();
    const lapsed = new Set<string>();
    for (const item of items.filter(({ id }) => itemIds?.includes(id) !== false)) {
      for (const { name, basis } of item.fields) {
        const use = { field: name, scenarioId: copy.scenarioId };
        if (basis?.kind === 'consent' && !(await this.consents.valid(tx, basis.consentId, use, at))) lapsed.add(name);
        else open.add(name);
      }
    }
    return { open: [...open], lapsed: [...lapsed].filter((name) => !open.has(name)) };
  }
}

const sizeOf = ({ rows, bytes, textBytes }: NonNullable<Awaited<ReturnType<Copies['facts']>>['file']>): CopySize => ({
  ...{ rows, fileBytes: bytes, textBytes },
});
