import { Consents, DataRequests } from '#authorisations';
import { Copies, type ReadableCopy } from '#datasets';
import type { Releases } from '#datasets/contract';
import { type Digest, type Id, type Instant } from '#kernel';
import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { CodeInput } from '../domain/code.js';
import type { Declared } from '../domain/plan/identify.js';
import type { Tables } from './code-reading.js';
import { assertJoinable } from '../domain/decisions.js';
import { SamplesInDevRepository } from '../persistence/samples-in-dev.repository.js';
import { refuse } from '../domain/refusals.js';

/** A file that a run may read, under a table name, with exactly the columns it may see. */
export interface ReadableInput extends CodeInput {
  readonly file: {
    readonly objectKey: string;
    readonly objectVersion: string;
    readonly sealedBy: string;
    readonly sha256: Digest;
    readonly bytes: number;
  };
  readonly columns: readonly Declared[];
  /** Rows at most, where the grant says so. */
  readonly rows: number | null;
}

/** What a file's columns hold and what may leave of them, by what their provider says. */
export const declaredColumns = (
  columns: readonly { readonly name: string; readonly type: string }[],
  fields: readonly { readonly name: string; readonly sensitiveType: string | null }[],
  { isList, ruleOf }: Releases,
): readonly Declared[] => {
  const said = new Map(fields.map(({ name, sensitiveType }) => [name, sensitiveType]));
  return columns.map(({ name, type }) => {
    const rule = ruleOf(name);
    const release = rule === 'public' && !isList ? 'aggregate' : rule;
    return { column: name, type, sensitiveType: said.get(name) ?? null, release };
  });
};

export const tablesOf = (inputs: readonly ReadableInput[]): Tables => new Map(inputs.map(({ as, columns }) => [as, columns]));

export const columnsByTable = (inputs: readonly ReadableInput[]): ReadonlyMap<string, readonly string[]> =>
  new Map(inputs.map(({ as, columns }) => [as, columns.map(({ column }) => column)]));

const duckdbTypes: Readonly<Record<string, string>> = {
  text: 'VARCHAR',
  integer: 'BIGINT',
  decimal: 'DECIMAL(28,10)',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  boolean: 'BOOLEAN',
};

/** Asks upstream, before every run and again before its result counts, what the code may read today. */
@Injectable()
export class InputGate {
  constructor(
    private readonly copies: Copies,
    private readonly dataRequests: DataRequests,
    private readonly consents: Consents,
    private readonly samples: SamplesInDevRepository,
  ) {}

  /** The copies themselves: exists, of the scenario, readable today. Locks them (share). @throws Refusal see `Copies.assertReadable` */
  async copiesOf(
    tx: Tx,
    scenarioId: Id,
    inputs: readonly { readonly copyId: Id; readonly as: string }[],
    at: Instant,
  ): Promise<readonly (ReadableCopy & { readonly as: string })[]> {
    const readable: (ReadableCopy & { readonly as: string })[] = [];
    for (const { copyId, as } of [...inputs].sort((a, b) => (a.copyId < b.copyId ? -1 : 1))) {
      const copy = await this.copies.assertReadable(tx, copyId, at);
      if (copy.copy.scenarioId !== scenarioId) throw refuse('coderuns.other-scenario');
      readable.push({ ...copy, as });
    }
    assertJoinable(readable.map(({ dataset }) => dataset));
    return readable;
  }

  /** Raw copies, only their granted fields whose consent still stands (REQ-02, REQ-07), only as many rows as granted (REQ-06). */
  async raw(tx: Tx, scenarioId: Id, inputs: readonly CodeInput[], at: Instant): Promise<readonly ReadableInput[]> {
    const found: ReadableInput[] = [];
    for (const { as, copy, file, fields, grant, releases } of await this.copiesOf(tx, scenarioId, inputs, at)) {
      const open = await this.openFields(tx, copy, grant.itemIds, at);
      const columns = file.columns.filter(({ name }) => grant.fields.has(name) && open.has(name));
      if (columns.length === 0) throw refuse('coderuns.fields-not-granted', { fields: file.columns.map(({ name }) => name) });
      const declared = declaredColumns(columns, fields, releases);
      found.push({ copyId: copy.id, datasetId: copy.datasetId, as, file, columns: declared, rows: grant.rowLimit });
    }
    return found;
  }

  /** The newest desensitised sample of each copy. @throws Refusal `coderuns.no-sample` */
  async sampled(tx: Tx, scenarioId: Id, inputs: readonly CodeInput[], at: Instant): Promise<readonly ReadableInput[]> {
    await this.copiesOf(tx, scenarioId, inputs, at);
    const found: ReadableInput[] = [];
    for (const input of inputs) {
      const file = await this.samples.newest(tx, scenarioId, input.copyId);
      if (file === undefined) throw refuse('coderuns.no-sample', { table: input.as });
      const columns = file.columns.map(({ name, type }) => ({ column: name, type: duckdbTypes[type] ?? 'VARCHAR', sensitiveType: null }));
      found.push({ ...input, file, columns, rows: null });
    }
    return found;
  }

  /**
   * Fields of the standing items whose consent, where they rest on one, is valid now (REQ-07). A field that is given only through a
   * desensitisation plan is masked where people see it, in dev; unattended code may read it, and what comes out meets the export gate.
   */
  private async openFields(
    tx: Tx,
    { scenarioId, datasetId }: { scenarioId: Id; datasetId: Id },
    itemIds: readonly Id[],
    at: Instant,
  ): Promise<ReadonlySet<string>> {
    const items = await this.dataRequests.inForceItems(tx, scenarioId, datasetId, 'share');
    const open = new Set<string>();
    for (const { fields } of items.filter(({ id }) => itemIds.includes(id))) {
      for (const { name, basis } of fields) {
        const stands = basis?.kind !== 'consent' || (await this.consents.valid(tx, basis.consentId, { field: name, scenarioId }, at));
        if (stands) open.add(name);
      }
    }
    return open;
  }
}
