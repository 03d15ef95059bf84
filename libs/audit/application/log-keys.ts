import { Inject, Injectable } from '@nestjs/common';
import sm from 'sm-crypto-v2';
import { signatureTypes, type VerifierKey, verifierKey } from '#kernel';
import type { Tx } from '#platform/database';
import { type Keys, KEYS } from '#platform/keys';
import { noteSignature, type NoteSignature } from '../domain/signed-note.js';
import { sm2VerifierKey } from '../domain/sm2.js';
import { Sm2KeysRepository } from '../persistence/sm2-keys.repository.js';

const checkpointKey = 'audit/checkpoint';
const witnessKey = 'audit/witness';
/** Under the log's own name, so that every verifier can tell that the key lies with whoever runs the log. */
export const heldWitnessName = (origin: string): string => `${origin}/audit-admin`;
/** Encrypts what the log keeps outside the database; no scenario's key, so that it outlives every domain. */
export const logKey = 'audit/log';
/** The log's signing keys: Ed25519 in the key store, SM2 wrapped by it, since key stores in general know no SM2. */
@Injectable()
export class LogKeys {
  constructor(
    @Inject(KEYS) private readonly keys: Keys,
    private readonly sm2Keys: Sm2KeysRepository,
  ) {}

  async ensure(): Promise<void> {
    await this.keys.create(checkpointKey, 'sign');
    await this.keys.create(logKey);
  }

  /** The key of the witness that the platform holds for the audit administrator, made where there is none. */
  async heldWitness(origin: string): Promise<VerifierKey> {
    await this.keys.create(witnessKey, 'sign');
    return verifierKey(heldWitnessName(origin), signatureTypes.cosignature, await this.keys.publicKey(witnessKey));
  }

  signAsWitness(message: Uint8Array): Promise<Uint8Array> {
    return this.keys.sign(witnessKey, message);
  }

  /** The key by which the log is known. */
  async log(origin: string): Promise<VerifierKey> {
    return verifierKey(origin, signatureTypes.ed25519, await this.keys.publicKey(checkpointKey));
  }

  async sm2(tx: Tx, origin: string): Promise<VerifierKey | undefined> {
    const stored = await this.sm2Keys.find(tx, origin);
    return stored === undefined ? undefined : sm2VerifierKey(origin, stored.point);
  }

  /** Makes the SM2 key of the log where there is none. Two at once agree on one. */
  async ensureSm2(tx: Tx, origin: string): Promise<void> {
    if ((await this.sm2Keys.find(tx, origin)) !== undefined) return;
    const { publicKey, privateKey } = sm.sm2.generateKeyPairHex();
    await this.sm2Keys.add(tx, origin, Buffer.from(publicKey, 'hex'), await this.keys.wrap(logKey, Buffer.from(privateKey, 'hex')));
  }

  async signAsLog(origin: string, text: string): Promise<NoteSignature> {
    return noteSignature(await this.log(origin), await this.keys.sign(checkpointKey, Buffer.from(text, 'utf8')));
  }

  async signAsLogInSm2(tx: Tx, origin: string, text: string): Promise<NoteSignature | undefined> {
    const stored = await this.sm2Keys.find(tx, origin);
    if (stored === undefined) return undefined;
    const privateKey = Buffer.from(await this.keys.unwrap(logKey, stored.wrapped)).toString('hex');
    const publicKey = Buffer.from(stored.point).toString('hex');
    const der = sm.sm2.doSignature(Buffer.from(text, 'utf8'), privateKey, { hash: true, der: true, publicKey });
    return noteSignature(sm2VerifierKey(origin, stored.point), Buffer.from(der, 'hex'));
  }
}
