import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import {
  type ActContext,
  formatVerifierKey,
  newId,
  parseVerifierKey,
  refuse,
  signatureTypes,
  type VerifierKey,
  verifierKey,
} from '#kernel';
import { type Tx, UnitOfWork } from '#platform/database';
import { type Keys, KEYS } from '#platform/keys';
import type { Cosign, CosignedView, RegisterWitness, WitnessView } from '../contract.js';
import { cosignatureBytes, cosignedMessage } from '../domain/cosignature.js';
import { formatSignature, noteSignature, type NoteSignature, parseNote, verifyNote } from '../domain/signed-note.js';
import { assertCosignable } from '../domain/witness.js';
import { CheckpointsRepository } from '../persistence/checkpoints.repository.js';
import type { WitnessRow } from '../persistence/entities.js';
import { type CheckpointRow, TreeRepository } from '../persistence/tree.repository.js';
import { WitnessesRepository } from '../persistence/witnesses.repository.js';
import { CheckpointSigner } from './checkpoint-signer.js';
import { ExternalCheckpoints } from './external-checkpoints.js';
import { witnessKey } from './log-keys.js';
import { TreeReader } from './tree-reader.js';

/**
 * Witnesses of the log. The audit administrator is one: with a key that lies outside the platform and sends its lines in, or, where
 * that is too much to ask, with the key that the store holds for them and that only their act uses.
 */
@Injectable()
export class Witnesses {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    @Inject(KEYS) private readonly keys: Keys,
    private readonly repository: WitnessesRepository,
    private readonly checkpoints: CheckpointsRepository,
    private readonly tree: TreeRepository,
    private readonly reader: TreeReader,
    private readonly signer: CheckpointSigner,
    private readonly external: ExternalCheckpoints,
  ) {}

  /** Registers a witness whose key is kept elsewhere. @throws Refusal `key.malformed`, `audit-witness.not-a-witness-key`, `audit-witness.name-taken`. */
  register(ctx: ActContext, { key: text }: z.output<typeof RegisterWitness>): Promise<z.input<typeof WitnessView>> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const key = parseVerifierKey(text);
      if (key.type !== signatureTypes.cosignature) throw refuse('audit-witness.not-a-witness-key');
      if ((await this.repository.lockByName(tx, key.name)) !== undefined) throw refuse('audit-witness.name-taken', { name: key.name });
      const row = await this.add(tx, ctx, key, false);
      await tx.record({ action: 'audit-witness.registered', object: { kind: 'audit-witness', id: row.id }, after: { key: row.key } });
      return viewOf(row);
    });
  }

  /**
   * Cosigns a checkpoint, by a line from outside or with the held key.
   * @throws Refusal `audit.consistency-fails` when the log no longer extends what this witness saw before.
   */
  cosign(ctx: ActContext, input: z.output<typeof Cosign>): Promise<z.input<typeof CosignedView>> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const log = await this.tree.log(tx);
      const checkpoint = await (input.size === undefined ? this.checkpoints.newest(tx) : this.checkpoints.at(tx, input.size));
      if (log === undefined || checkpoint === undefined) throw refuse('audit.no-checkpoint');
      const line = input.line === undefined ? undefined : parseNote(`x\n\n${input.line.trimEnd()}\n`).signatures[0];
      const witness = line === undefined ? await this.held(tx, ctx, log.origin) : await this.registered(tx, line.name);
      await this.assertExtends(tx, log.origin, witness, checkpoint);
      const signature = line ?? (await this.signAs(witness, checkpoint, ctx));
      verifyNote({ text: parseNote(checkpoint.note).text, signatures: [signature] }, [parseVerifierKey(witness.key)]);
      await this.checkpoints.addCosignature(tx, checkpoint.size, witness.name, formatSignature(signature), ctx.at);
      await this.repository.update(tx, witness, { lastSize: checkpoint.size, lastRoot: Buffer.from(checkpoint.root) });
      const note = await this.signer.whole(tx, checkpoint);
      // Outside first: a cosigned checkpoint that the database then forgets is exactly what the outside copy is for.
      await this.external.keep(checkpoint.size, note, ctx.at);
      await tx.record({
        action: 'audit-witness.cosigned',
        object: { kind: 'audit-witness', id: witness.id },
        details: { size: checkpoint.size, root: Buffer.from(checkpoint.root).toString('base64') },
      });
      return { witness: witness.name, size: checkpoint.size, at: ctx.at, note };
    });
  }

  async keysOf(tx: Tx): Promise<VerifierKey[]> {
    return (await this.repository.all(tx)).map(({ key }) => parseVerifierKey(key));
  }

  private async assertExtends(tx: Tx, origin: string, witness: WitnessRow, checkpoint: CheckpointRow): Promise<void> {
    const last = witness.lastRoot === null ? undefined : { size: witness.lastSize, root: witness.lastRoot };
    const proof = last === undefined || last.size > checkpoint.size ? [] : await this.reader.consistency(tx, last.size, checkpoint.size);
    assertCosignable(origin, last, { origin, ...checkpoint }, proof);
  }

  private async signAs(witness: WitnessRow, { note }: CheckpointRow, ctx: ActContext): Promise<NoteSignature> {
    const seconds = Math.floor(Date.parse(ctx.at) / 1000);
    const signature = await this.keys.sign(witnessKey, cosignedMessage(parseNote(note).text, seconds));
    return noteSignature(parseVerifierKey(witness.key), cosignatureBytes(seconds, signature));
  }

  private async registered(tx: Tx, name: string): Promise<WitnessRow> {
    const row = await this.repository.lockByName(tx, name);
    if (row === undefined || row.held) throw refuse('audit-witness.not-found', { name });
    return row;
  }

  private async held(tx: Tx, ctx: ActContext, origin: string): Promise<WitnessRow> {
    const name = `${origin}/audit-admin`;
    const row = await this.repository.lockByName(tx, name);
    if (row !== undefined) return row;
    await this.keys.create(witnessKey, 'sign');
    return this.add(tx, ctx, verifierKey(name, signatureTypes.cosignature, await this.keys.publicKey(witnessKey)), true);
  }

  private add(tx: Tx, ctx: ActContext, key: VerifierKey, held: boolean): Promise<WitnessRow> {
    return this.repository.insert(tx, {
      id: newId(),
      createdAt: ctx.at,
      name: key.name,
      key: formatVerifierKey(key),
      held,
      lastSize: 0,
      lastRoot: null,
    });
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
