import { systemAct } from '#kernel';
import type { ActContext, Clock, HeldItem, Holding, HoldingScope } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { CLOCK } from '#platform/http';
import { OBJECTS } from '#platform/objects';
import type { Objects } from '#platform/objects';
import { Implements } from '#platform/seams';
import { Inject, Injectable } from '@nestjs/common';
import { decideDestroyed, folderOf, sealOf } from '../domain/dataset-copy.js';
import { uploadFolder, uploadKey } from '../domain/upload.js';
import { CopiesRepository } from '../persistence/copies.repository.js';
import type { CopyFacts } from './copies.js';
import { referenceTo } from './copy-import.js';
import { Uploads } from './uploads.js';

/** Raw data that a domain holds: copies and what is still on its way in. Termination destroys these, never the provider's holding (DEST-01). */
@Implements('holding')
@Injectable()
export class CopiesHolding implements Holding {
  readonly name = 'dataset-copies';
  readonly order = 'data';

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: CopiesRepository,
    private readonly uploads: Uploads,
    @Inject(OBJECTS) private readonly objects: Objects,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Two views that are read apart: what the database says, and what lies in the store. */
  async inventory(scope: HoldingScope): Promise<readonly HeldItem[]> {
    const copies = await this.copiesOf(scope);
    const known = copies.filter(({ state }) => state !== 'destroyed').map(knownItem);
    const stored: HeldItem[] = [];
    for (const scenarioId of scope.scenarioIds)
      stored.push(...(await this.storedUnder(`scenarios/${scenarioId}/copies`, sealOf({ scenarioId }))));
    for (const { uploadId } of copies) stored.push(...(await this.storedUnder(uploadFolder(uploadId), uploadKey(uploadId))));
    return [...known, ...stored];
  }

  async destroy(scope: HoldingScope): Promise<void> {
    const copies = await this.copiesOf(scope);
    for (const copy of copies) {
      await this.uploads.destroy(this.act('upload.destroyed'), copy.uploadId);
      await this.objects.destroy(folderOf(copy));
      await this.markDestroyed(copy);
    }
    // What stands there without a row of ours: left by a try that was cut off, or put there by somebody.
    for (const scenarioId of scope.scenarioIds) await this.objects.destroy(`scenarios/${scenarioId}/copies`);
  }

  async attemptRecovery(scope: HoldingScope): Promise<readonly { how: string; recovered: boolean; answer: string }[]> {
    const answers = [];
    for (const { file } of await this.copiesOf(scope)) {
      if (file === null) continue;
      const { objectKey, objectVersion, sealedBy } = file;
      const how = `read ${objectKey} at version ${objectVersion}`;
      const answer = await this.tryToRead(objectKey, objectVersion, sealedBy);
      answers.push({ how, recovered: answer === 'readable', answer });
    }
    return answers;
  }

  private async tryToRead(key: string, version: string, sealedBy: string): Promise<string> {
    try {
      for await (const chunk of await this.objects.get(key, { sealedBy, version })) if (chunk.length > 0) return 'readable';
      return 'readable';
    } catch (fault) {
      return fault instanceof Error ? fault.message : 'refused';
    }
  }

  private async markDestroyed(copy: CopyFacts): Promise<void> {
    await this.unitOfWork.run(this.act('dataset-copy.destroyed'), async (tx) => {
      const row = await this.repository.lock(tx, copy.id, 'update');
      if (row.state === 'destroyed') return;
      const after = await this.repository.update(tx, row, decideDestroyed(row, this.clock.now()));
      await this.repository.removeBadRows(tx, copy.id);
      const { unitId, authorisationId, scenarioId } = copy;
      const object = { kind: 'dataset-copy', id: copy.id };
      await tx.record({ action: 'dataset-copy.destroyed', object, unitId, authorisationId, scenarioId, before: row, after });
    });
  }

  private async storedUnder(prefix: string, sealedBy: string): Promise<HeldItem[]> {
    const found = await this.objects.list(prefix);
    return found.map(({ key, version, kind, cipherBytes }) => ({
      view: 'stores',
      kind: `object-${kind}`,
      ref: key,
      sealedBy,
      bytes: cipherBytes,
      note: version,
    }));
  }

  /** Of the scenarios named alone: a scenario can end while the others of its authorisation go on (SUSP-05). */
  private async copiesOf(scope: HoldingScope): Promise<CopyFacts[]> {
    const copies = await this.unitOfWork.read(this.act('dataset-copy.listed'), (tx) =>
      this.repository.ofAuthorisation(tx, scope.authorisationId),
    );
    return copies.filter(({ scenarioId }) => scope.scenarioIds.includes(scenarioId));
  }

  private act(action: string): ActContext {
    return systemAct('datasets', action, this.clock.now());
  }
}

/** By the key of the object it should have in the store, so that the two views can be laid side by side. */
const knownItem = (copy: CopyFacts): HeldItem => ({
  view: 'database',
  kind: 'dataset-copy',
  ref: copy.file?.objectKey ?? folderOf(copy),
  sealedBy: sealOf(copy),
  ...(copy.file === null ? {} : { bytes: copy.file.bytes }),
  note: `${copy.id} ${copy.state}`,
});
