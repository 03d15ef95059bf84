import { Authorisations, Scenarios } from '#authorisations';
import { differencesOf } from '#coderuns/contract';
import { Copies } from '#datasets';
import { detectors } from '#desensitisation';
import type { Id } from '#kernel';
import type { Tx } from '#platform/database';
import { ENGINE, SCRATCH, type Engine, type ScratchArea } from '#platform/engine';
import { OBJECTS, type Objects } from '#platform/objects';
import { Inject, Injectable } from '@nestjs/common';
import { evidenceAlone, judgedWith, withoutEvidence } from '../domain/evidence.js';
import type { FileFacts } from '../domain/file-facts.js';
import { sampleBytes, type FileSample } from '../domain/file-type.js';
import type { FrequencyTable } from '../domain/frequency-scan.js';
import type { EarlierTable, GateFacts } from '../domain/gate-facts.js';
import { isIdentifier } from '../domain/identifier-scan.js';
import type { ExportPolicy } from '../domain/policy.js';
import type { Preview } from '../domain/preview.js';
import type { RowMatchMeasure, SourceMeasure } from '../domain/row-match.js';
import { scanFile, type ScannedFile } from '../domain/scan-file.js';
import { readTable } from '../domain/table-reader.js';
import { decoded } from '../domain/text-encoding.js';
import type { ExportRequestRow, QuarantinedFile } from '../persistence/entities.js';
import { PoliciesRepository } from '../persistence/policies.repository.js';
import { RequestsRepository } from '../persistence/requests.repository.js';
import { DigestKeys, type AsKept } from './digest-keys.js';
import { PlainTableFile } from './plain-table-file.js';
import { SealedTables } from './sealed-tables.js';
import { measureRowMatch } from './row-match-measure.js';

/** What the checks of one request have to look at, as the database says. */
export interface GateOrder {
  readonly request: ExportRequestRow;
  readonly policy: ExportPolicy;
  readonly copies: readonly SourceCopy[];
  /** What was released before for the scenario, or may be. */
  readonly earlier: readonly ExportRequestRow[];
  readonly spent: GateFacts['spent'];
  readonly budget?: NonNullable<GateFacts['budget']>;
}
export interface SourceCopy {
  readonly copyId: Id;
  readonly datasetId: Id;
  readonly objectKey: string;
  readonly objectVersion: string;
  readonly sealedBy: string;
  readonly bytes: number;
  readonly rows: number;
  readonly columns: readonly string[];
}
export interface GateMeasured {
  readonly facts: GateFacts;
  readonly previews: readonly { readonly file: string; readonly preview: Preview | null }[];
}

/** Gathers and measures all that the gate decides on. Plaintext is streamed, or stands in the run's scratch in memory. */
@Injectable()
export class GateMeasures {
  constructor(
    private readonly requests: RequestsRepository,
    private readonly policies: PoliciesRepository,
    private readonly scenarios: Scenarios,
    private readonly authorisations: Authorisations,
    private readonly copies: Copies,
    private readonly sealed: SealedTables,
    private readonly digestKeys: DigestKeys,
    @Inject(OBJECTS) private readonly objects: Objects,
    @Inject(ENGINE) private readonly engine: Engine,
    @Inject(SCRATCH) private readonly area: ScratchArea,
  ) {}

  async order(tx: Tx, request: ExportRequestRow): Promise<GateOrder> {
    const budget = await this.policies.budget(tx, request.scenarioId);
    return {
      request,
      policy: await this.policies.current(tx),
      copies: await this.sourceCopies(tx, request.authorisationId),
      earlier: await this.requests.comparable(tx, request.scenarioId, request.id),
      spent: await this.requests.spent(tx, request.scenarioId, request.id),
      ...(budget === undefined ? {} : { budget: { bytes: budget.bytes, rows: budget.rows } }),
    };
  }

  /**
   * Every raw copy of the operation domain, of all its scenarios: raw data of another scenario is raw data too. Lists that anybody may have
   * are nothing to be kept from leaving.
   */
  private async sourceCopies(tx: Tx, authorisationId: Id): Promise<SourceCopy[]> {
    const { id } = await this.authorisations.facts(tx, authorisationId);
    const found: SourceCopy[] = [];
    for (const scenario of await this.scenarios.ofAuthorisation(tx, id)) {
      for (const copy of await this.copies.ofScenario(tx, scenario.id)) {
        if (copy.state !== 'ready' || copy.file === null || (await this.copies.isList(tx, copy))) continue;
        const { objectKey, objectVersion, sealedBy, bytes, rows, columns } = copy.file;
        const names = columns.map(({ name }) => name);
        found.push({ copyId: copy.id, datasetId: copy.datasetId, objectKey, objectVersion, sealedBy, bytes, rows, columns: names });
      }
    }
    return found;
  }

  /** @throws Refusal `export.measuring-failed`: the job tries again */
  async measure(order: GateOrder, signal?: AbortSignal): Promise<GateMeasured> {
    const asKept = await this.digestKeys.reading(order.request);
    const files: FileFacts[] = [];
    const previews: { file: string; preview: Preview | null }[] = [];
    for (const file of order.request.files) {
      const scanned = await this.scanWithEvidence(file, order.policy, asKept);
      const lineage = order.request.lineage.files.find((one) => one.file === file.name)?.columns;
      const rowMatch = scanned.facts.reading.as === 'table' ? await this.compare(file, scanned.facts, order, signal) : undefined;
      files.push({ ...scanned.facts, ...(lineage === undefined ? {} : { lineage }), ...(rowMatch === undefined ? {} : { rowMatch }) });
      previews.push({ file: file.name, preview: scanned.preview ?? null });
    }
    const own = await this.sealed.of(order.request);
    const earlier: EarlierTable[] = [];
    for (const row of order.earlier) {
      const [differences] = own === undefined ? [] : await this.sealed.compare(own, [row], order.policy.smallCell);
      for (const file of row.files)
        earlier.push({
          fileId: file.id,
          ...(differences === undefined ? await this.earlierTable(file, order.policy) : { differences }),
        });
    }
    const facts: GateFacts = {
      policy: order.policy,
      files,
      detectors: detectors.map(({ type }) => type),
      sources: order.copies.map(({ copyId }) => copyId),
      ...(own === undefined ? {} : { own: differencesOf(own, own, order.policy.smallCell) }),
      earlier,
      spent: order.spent,
      ...(order.budget === undefined ? {} : { budget: order.budget }),
    };
    return { facts, previews };
  }

  private async earlierTable(file: QuarantinedFile, policy: ExportPolicy): Promise<{ table?: FrequencyTable }> {
    const { reading } = (await this.scan(file, policy)).facts;
    const table = reading.as === 'table' ? reading.table.frequency.table : undefined;
    return table === undefined ? {} : { table };
  }

  private async scanWithEvidence(file: QuarantinedFile, policy: ExportPolicy, asKept: AsKept): Promise<ScannedFile> {
    const { evidence, declaration = {}, ...plain } = file;
    if (evidence === undefined) return this.scan(file, policy, asKept);
    const scanned = await this.scan({ ...plain, declaration: withoutEvidence(declaration) }, policy, asKept);
    const shown = await this.scan({ ...plain, ...evidence, declaration: evidenceAlone(declaration) }, policy, asKept);
    return { ...scanned, facts: { ...scanned.facts, reading: judgedWith(scanned.facts.reading, shown.facts.reading) } };
  }

  private async scan(file: QuarantinedFile, policy: ExportPolicy, asKept: AsKept = plainly): Promise<ScannedFile> {
    const stored = await this.objects.stat(file.objectKey, file.objectVersion);
    if (stored === undefined || asKept(file, stored.sha256) !== file.digest || stored.bytes !== file.bytes) return changed(file);
    const content = (from = 0): AsyncIterable<Uint8Array> => this.content(file, from);
    const sample: FileSample = {
      name: file.name,
      size: file.bytes,
      head: await firstOf(content()),
      tail: await firstOf(content(Math.max(0, file.bytes - sampleBytes))),
    };
    return scanFile(file, sample, content, { policy, detectors });
  }

  private async *content(file: Pick<QuarantinedFile, 'objectKey' | 'objectVersion' | 'sealedBy'>, from = 0): AsyncGenerator<Uint8Array> {
    yield* await this.objects.get(file.objectKey, { sealedBy: file.sealedBy, version: file.objectVersion, from });
  }

  private async compare(file: QuarantinedFile, facts: FileFacts, order: GateOrder, signal?: AbortSignal): Promise<RowMatchMeasure> {
    const { typing } = facts;
    const sources: SourceMeasure[] = [];
    let rows = 0;
    if (typing.treatment !== 'table') return { rows, sources };
    for (const copy of order.copies) {
      const bytes = 64 * 1024 * 1024 + 4 * (file.bytes + copy.bytes) + 32 * copy.rows * copy.columns.length;
      await using scratch = this.area.allocate(Math.min(bytes, this.engine.limits.scratchBytes));
      await scratch.write('source.parquet', this.content(copy));
      const plain = new PlainTableFile(scratch.file('export.csv'));
      try {
        const { maximumColumns } = order.policy;
        const how = { delimiter: typing.delimiter, maximumColumns, isIdentifier: (cell: string) => isIdentifier(cell, detectors) };
        await readTable(decoded(this.content(file), typing.encoding), how, [plain]);
      } finally {
        plain.close();
      }
      rows = plain.rows;
      const source = {
        file: 'source.parquet',
        columns: copy.columns,
        datasetId: copy.datasetId,
        copyId: copy.copyId,
        kind: 'raw',
      } as const;
      const exported = { file: 'export.csv', columns: plain.names, rows };
      sources.push(await measureRowMatch(this.engine, scratch, { exported, source }, order.policy.rowMatch, signal));
    }
    return { rows, sources };
  }
}

/** Of what was released: its digest is its own. */
const plainly: AsKept = (_file, found) => found;

/** The stored content is not what the request names: nothing about it can be told (EXP-06). */
const changed = ({ id, name, bytes, digest }: QuarantinedFile): ScannedFile => ({
  facts: {
    id,
    name,
    bytes,
    digest,
    typing: { treatment: 'refused', kind: 'changed', finding: 'unknown-format' },
    reading: { as: 'broken', reason: 'changed' },
    nameHits: [],
  },
});

/** The first 64 KiB of a stream; the rest is not read. */
async function firstOf(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of source) {
    pieces.push(piece);
    size += piece.length;
    if (size >= sampleBytes) break;
  }
  return Buffer.concat(pieces).subarray(0, sampleBytes);
}
