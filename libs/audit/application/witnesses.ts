import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { type ActContext, formatVerifierKey, type Instant, newId, parseVerifierKey, signatureTypes, type VerifierKey } from '#kernel';
import { DatabaseClock, type Tx, UnitOfWork } from '#platform/database';
import { SignedDocuments } from '#platform/documents';
import { AUDIT_CONFIG, type AuditConfig } from '../config.js';
import type { Cosign, CosignedView, RegisterWitness, WitnessView } from '../contract.js';
import { type Custody, custodyOf } from '../domain/checkpoint.js';
import { cosignatureBytes, cosignedMessage } from '../domain/cosignature.js';
import { formatSignature, noteSignature, type NoteSignature, parseNote, verifyNote } from '../domain/signed-note.js';
import { assertCosignable, assertSeenAfter, assertSeenAround, type LastSeen } from '../domain/witness.js';
import { CheckpointsRepository } from '../persistence/checkpoints.repository.js';
import type { WitnessRow } from '../persistence/entities.js';
import { type CheckpointRow, TreeRepository } from '../persistence/tree.repository.js';
import { WitnessesRepository } from '../persistence/witnesses.repository.js';
import { CheckpointSigner } from './checkpoint-signer.js';
import { ExternalCheckpoints } from './external-checkpoints.js';
import { LogKeys } from './log-keys.js';
import { TreeReader } from './tree-reader.js';
import { refuse } from '../domain/refusals.js';

/**
 * Witnesses of the log. The audit administrator is one: with a key that lies outside the platform and sends its lines in (`external`),
 * or, where that is too much to ask, with a key that the store holds for them and that cosigns by itself (`held`).
 */
@Injectable()
export class Witnesses {
  /** When this process last kept a checkpoint outside the database, by a clock that nobody sets. */
  private keptAt = -Infinity;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    @Inject(AUDIT_CONFIG) private readonly config: AuditConfig,
    private readonly keys: LogKeys,
    private readonly documents: SignedDocuments,
    private readonly repository: WitnessesRepository,
    private readonly checkpoints: CheckpointsRepository,
    private readonly tree: TreeRepository,
    private readonly reader: TreeReader,
    private readonly signer: CheckpointSigner,
    private readonly external: ExternalCheckpoints,
    private readonly clock: DatabaseClock,
  ) {}

  /** Registers a witness whose key is kept elsewhere. @throws Refusal `key.malformed`, `audit-witness.not-a-witness-key`, `audit-witness.key-held`, `audit-witness.name-taken`, `audit.not-open`. */
  register(ctx: ActContext, { key: text }: z.output<typeof RegisterWitness>): Promise<z.input<typeof WitnessView>> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const key = parseVerifierKey(text);
      if (key.type !== signatureTypes.cosignature) throw refuse('audit-witness.not-a-witness-key');
      const log = await this.tree.log(tx);
      if (log === undefined) throw refuse('audit.not-open');
      if (custodyOf(key, log.origin, await this.ours(tx, log.origin)) === 'held')
        throw refuse('audit-witness.key-held', { name: key.name });
      if ((await this.repository.lockByName(tx, key.name)) !== undefined) throw refuse('audit-witness.name-taken', { name: key.name });
      return viewOf(await this.add(tx, key, false));
    });
  }

  /**
   * Cosigns a checkpoint, by a line from outside or with the held key.
   * @throws Refusal `audit.consistency-fails` when the log no longer extends what this witness saw before, `clock.*`,
   * `audit-witness.before-checkpoint`, `audit-witness.time-implausible`.
   */
  cosign(ctx: ActContext, input: z.output<typeof Cosign>): Promise<z.input<typeof CosignedView>> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const log = await this.tree.log(tx);
      const checkpoint = await (input.size === undefined ? this.checkpoints.newest(tx) : this.checkpoints.at(tx, input.size));
      if (log === undefined || checkpoint === undefined) throw refuse('audit.no-checkpoint');
      const line = input.line === undefined ? undefined : parseNote(`x\n\n${input.line.trimEnd()}\n`).signatures[0];
      const witness = line === undefined ? await this.ensureHeld(tx, log.origin) : await this.registered(tx, line.name);
      const key = parseVerifierKey(witness.key);
      // The held key cosigns by itself as well, and what it saw stands in its cosignatures alone.
      const seen = witness.lastRoot === null ? undefined : { size: witness.lastSize, root: witness.lastRoot };
      await this.assertExtends(tx, log.origin, witness.held ? await this.checkpoints.newestBy(tx, witness.name) : seen, checkpoint);
      const at = await tx.now();
      const signature = line ?? (await this.signAs(key, checkpoint, at));
      const [verified] = verifyNote({ text: parseNote(checkpoint.note).text, signatures: [signature] }, [key]);
      if (line !== undefined) assertSeenAround(checkpoint.signedAt, new Date((verified?.timestamp ?? 0) * 1000).toISOString(), at);
      await this.checkpoints.addCosignature(tx, checkpoint.size, witness.name, formatSignature(signature), at);
      await this.repository.update(tx, witness, { lastSize: checkpoint.size, lastRoot: Buffer.from(checkpoint.root) });
      const note = await this.signer.whole(tx, checkpoint);
      // Outside first: a cosigned checkpoint that the database then forgets is exactly what the outside copy is for.
      await this.external.keep(checkpoint.size, note, at);
      await tx.record({
        action: 'audit-witness.cosigned',
        object: { kind: 'audit-witness', id: witness.id },
        details: { size: checkpoint.size, root: Buffer.from(checkpoint.root).toString('base64') },
      });
      return { witness: witness.name, key: witness.held ? 'held' : 'external', size: checkpoint.size, at, note };
    });
  }

  /**
   * Cosigns the newest checkpoint with the held key, so that what it covers becomes final by itself. The cosignature is its own record:
   * an entry of the log for each would need a checkpoint of its own.
   * @throws Refusal as `cosign`.
   */
  async cosignByItself(context: ActContext): Promise<void> {
    const cosigned = await this.unitOfWork.run(context, async (tx) => {
      const log = await this.tree.log(tx);
      const checkpoint = await this.checkpoints.newest(tx);
      if (log === undefined || checkpoint === undefined) return undefined;
      const key = await this.keys.heldWitness(log.origin);
      const last = await this.checkpoints.newestBy(tx, key.name);
      if (last !== undefined && last.size >= checkpoint.size) return undefined;
      await this.assertExtends(tx, log.origin, last, checkpoint);
      const at = await tx.now();
      await this.checkpoints.addCosignature(tx, checkpoint.size, key.name, formatSignature(await this.signAs(key, checkpoint, at)), at);
      return { size: checkpoint.size, note: await this.signer.whole(tx, checkpoint), at };
    });
    if (cosigned === undefined || performance.now() - this.keptAt < this.config.keepEverySeconds * 1000) return;
    await this.external.keep(cosigned.size, cosigned.note, cosigned.at);
    this.keptAt = performance.now();
  }

  /** The witness whose key the platform holds for the audit administrator; registered where it is not yet. */
  async ensureHeld(tx: Tx, origin: string): Promise<WitnessRow> {
    const key = await this.keys.heldWitness(origin);
    return (await this.repository.lockByName(tx, key.name)) ?? this.add(tx, key, true);
  }

  async keysOf(tx: Tx): Promise<VerifierKey[]> {
    return (await this.repository.all(tx)).map(({ key }) => parseVerifierKey(key));
  }

  /** Where the keys of the registered witnesses lie, one for each. */
  async custodies(tx: Tx): Promise<Custody[]> {
    return (await this.repository.all(tx)).map(({ held }) => (held ? 'held' : 'external'));
  }

  /** What the platform holds itself. */
  private async ours(tx: Tx, origin: string): Promise<VerifierKey[]> {
    const held = (await this.repository.all(tx)).filter((row) => row.held).map(({ key }) => parseVerifierKey(key));
    return [await this.keys.log(origin), ...(await this.documents.verifierKeys()), ...held];
  }

  private async assertExtends(tx: Tx, origin: string, last: LastSeen, checkpoint: CheckpointRow): Promise<void> {
    const proof = last === undefined || last.size > checkpoint.size ? [] : await this.reader.consistency(tx, last.size, checkpoint.size);
    assertCosignable(origin, last, { origin, ...checkpoint }, proof);
  }

  /** @param at of the database, in the transaction */
  private async signAs(key: VerifierKey, { note, signedAt }: CheckpointRow, at: Instant): Promise<NoteSignature> {
    this.clock.assertSigns();
    assertSeenAfter(signedAt, at);
    const seconds = Math.floor(Date.parse(at) / 1000);
    return noteSignature(key, cosignatureBytes(seconds, await this.keys.signAsWitness(cosignedMessage(parseNote(note).text, seconds))));
  }

  private async registered(tx: Tx, name: string): Promise<WitnessRow> {
    const row = await this.repository.lockByName(tx, name);
    if (row === undefined || row.held) throw refuse('audit-witness.not-found', { name });
    return row;
  }

  private async add(tx: Tx, key: VerifierKey, held: boolean): Promise<WitnessRow> {
    const row = await this.repository.insert(tx, {
      id: newId(),
      createdAt: tx.context.at,
      name: key.name,
      key: formatVerifierKey(key),
      held,
      lastSize: 0,
      lastRoot: null,
    });
    await tx.record({ action: 'audit-witness.registered', object: { kind: 'audit-witness', id: row.id }, after: { key: row.key } });
    return row;
  }
}

const viewOf = ({ id, version, name, key, held, lastSize }: WitnessRow): z.input<typeof WitnessView> => ({
  id,
  version,
  name,
  key,
  held,
  lastSize,
});
