import { Refusal, systemAct, type Clock, type HeldItem, type Holding, type HoldingScope, type Id } from '#kernel';
import { UnitOfWork, type Tx } from '#platform/database';
import { CLOCK } from '#platform/http';
import { OBJECTS, type Objects, type ObjectVersion } from '#platform/objects';
import { Implements } from '#platform/seams';
import { Inject, Injectable } from '@nestjs/common';
import type { ExportRequestRow } from '../persistence/entities.js';
import { LinksRepository } from '../persistence/links.repository.js';
import { RequestsRepository } from '../persistence/requests.repository.js';
import { underOf } from './export-views.js';
import { exportsFolder, previewOf, scenarioKey } from './places.js';

/**
 * What exports hold of a domain: files and safe previews in quarantine, and links.
 * Requests, decisions and manifests hold no data and stay as records (AUD-05).
 */
@Implements('holding')
@Injectable()
export class ExportsHolding implements Holding {
  readonly name = 'exports';
  readonly order = 'data';
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly requests: RequestsRepository,
    private readonly links: LinksRepository,
    @Inject(OBJECTS) private readonly objects: Objects,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async inventory(scope: HoldingScope): Promise<readonly HeldItem[]> {
    const stored: HeldItem[] = [];
    for (const scenarioId of scope.scenarioIds) {
      const versions = await this.objects.list(exportsFolder(scenarioId));
      stored.push(...versions.map((one) => heldObject(one, scenarioId)));
    }
    return [...stored, ...(await this.openLinks(scope))];
  }

  async destroy(scope: HoldingScope): Promise<void> {
    for (const scenarioId of scope.scenarioIds) await this.objects.destroy(exportsFolder(scenarioId));
    const at = this.clock.now();
    await this.unitOfWork.run(systemAct('exports', 'export-request.destroyed', at), async (tx) => {
      for (const { id } of await this.requestsOf(tx, scope)) {
        const row = await this.requests.lock(tx, id);
        await this.links.revokeOpen(tx, id);
        await this.end(tx, row);
        await tx.record({ action: 'export-request.destroyed', ...underOf(row), domainId: scope.domainId, before: row });
      }
    });
  }

  private async end(tx: Tx, row: ExportRequestRow): Promise<void> {
    if (row.state === 'released') await this.requests.move(tx, row, { state: 'expired' });
    else if (row.state !== 'expired' && row.state !== 'withdrawn')
      await this.requests.move(tx, row, { state: 'withdrawn', endReason: 'domain destroyed' });
    else await this.requests.update(tx, row, {});
  }

  async attemptRecovery(scope: HoldingScope): ReturnType<Holding['attemptRecovery']> {
    const rows = await this.unitOfWork.read(systemAct('exports', 'export-request.read', this.clock.now()), (tx) =>
      this.requestsOf(tx, scope),
    );
    return Promise.all(rows.map((row) => this.tryObject(row)));
  }

  private async tryObject(row: ExportRequestRow): Promise<{ how: string; recovered: boolean; answer: string }> {
    const key = row.files[0]?.objectKey ?? previewOf(row);
    const how = `read the quarantined object ${key}`;
    try {
      await this.objects.get(key, { sealedBy: scenarioKey(row.scenarioId) });
      return { how, recovered: true, answer: 'the store gave it out' };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { how, recovered: false, answer: error.code };
    }
  }

  /** Of the scenarios named alone: a scenario can end while the others of its authorisation go on (SUSP-05). */
  private async requestsOf(tx: Tx, scope: HoldingScope): Promise<ExportRequestRow[]> {
    const rows = await this.requests.ofAuthorisation(tx, scope.authorisationId);
    return rows.filter(({ scenarioId }) => scope.scenarioIds.includes(scenarioId));
  }

  private openLinks(scope: HoldingScope): Promise<HeldItem[]> {
    const at = this.clock.now();
    return this.unitOfWork.read(systemAct('exports', 'export-request.read', at), async (tx) => {
      const open: Id[] = [];
      for (const id of scope.scenarioIds) open.push(...(await this.links.openIn(tx, { kind: 'scenario', id }, at)));
      return open.map((id): HeldItem => ({ view: 'database', kind: 'release-link', ref: id }));
    });
  }
}

const heldObject = ({ key, version, cipherBytes }: ObjectVersion, scenarioId: string): HeldItem => ({
  view: 'stores',
  kind: 'object',
  ref: `${key}@${version}`,
  sealedBy: scenarioKey(scenarioId),
  bytes: cipherBytes,
});

/** What was still open ends with the domain. */
