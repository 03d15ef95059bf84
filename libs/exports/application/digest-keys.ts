import type { Digest } from '#kernel';
import { KEYS, type Keys } from '#platform/keys';
import { Inject, Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { digestAsKept } from '../domain/export-request.js';
import type { ExportRequestRow, QuarantinedFile } from '../persistence/entities.js';
import { scenarioKey } from './places.js';

/**
 * Keys of the digests of what has not left: 32 random bytes a request, so that not even equal contents of two requests can be told to be
 * equal; wrapped by the scenario's key and destroyed with it.
 */
@Injectable()
export class DigestKeys {
  constructor(@Inject(KEYS) private readonly keys: Keys) {}

  /** The request's key, made with its first file. Outside of transactions, as the other: both ask the key store. */
  async of({ scenarioId, digestKey }: Kept): Promise<{ readonly key: Uint8Array; readonly wrapped: string }> {
    const sealedBy = scenarioKey(scenarioId);
    if (digestKey !== null) return { key: await this.keys.unwrap(sealedBy, digestKey), wrapped: digestKey };
    const key = randomBytes(32);
    await this.keys.create(sealedBy);
    return { key, wrapped: await this.keys.wrap(sealedBy, key) };
  }

  /** Brings digests of stored content into the form in which the request keeps those of its files. */
  async reading({ scenarioId, digestKey }: Kept): Promise<AsKept> {
    const key = digestKey === null ? undefined : await this.keys.unwrap(scenarioKey(scenarioId), digestKey);
    return ({ digest }, found) => digestAsKept(digest, found, key);
  }
}

export type AsKept = (file: Pick<QuarantinedFile, 'digest'>, found: Digest) => QuarantinedFile['digest'];
type Kept = Pick<ExportRequestRow, 'scenarioId' | 'digestKey'>;
