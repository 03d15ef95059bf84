import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { canonicalJson, newId, type Id, type JsonObject } from '#kernel';
import type { Keys } from '#platform/keys';
import type { DataSource } from 'typeorm';

const keyName = 'audit/journal';

/** Personal data inside a journal entry, sealed: the entry's digest covers the ciphertext, so that a lawful erasure does not break the tree. */
export interface SealedBox {
  readonly key: Id;
  readonly box: string;
}

/** Seals personal data of journal entries (AES-256-GCM) under a data key that the key port wraps. */
export class JournalSealer {
  private constructor(
    private readonly keyId: Id,
    private readonly keys: ReadonlyMap<Id, Buffer>,
  ) {}

  /** For a process that records nothing personal and so holds no key: what would have to be sealed is not written. */
  static without(): JournalSealer {
    return new JournalSealer('none', new Map());
  }

  /** Reads the journal's data keys, making the first one where there is none. Two starts at once agree on one. */
  static async open(dataSource: DataSource, keys: Keys): Promise<JournalSealer> {
    await keys.create(keyName);
    type Row = { id: Id; wrapped: string };
    const read = (): Promise<Row[]> => dataSource.query('SELECT id, wrapped FROM platform.journal_keys ORDER BY made_at, id');
    let rows = await read();
    if (rows.length === 0) {
      const wrapped = await keys.wrap(keyName, randomBytes(32));
      await dataSource.transaction(async (manager) => {
        await manager.query(`SELECT pg_advisory_xact_lock(hashtext('opdomain.journal-keys'))`);
        await manager.query(
          'INSERT INTO platform.journal_keys (id, wrapped) SELECT $1, $2 WHERE NOT EXISTS (SELECT 1 FROM platform.journal_keys)',
          [newId(), wrapped],
        );
      });
      rows = await read();
    }
    const opened = new Map<Id, Buffer>();
    for (const row of rows) opened.set(row.id, Buffer.from(await keys.unwrap(keyName, row.wrapped)));
    const last = rows.at(-1);
    if (last === undefined) throw new Error('the journal has no key');
    return new JournalSealer(last.id, opened);
  }

  seal(entryId: Id, personal: JsonObject): SealedBox {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.key(this.keyId), iv).setAAD(Buffer.from(entryId));
    const text = Buffer.concat([cipher.update(canonicalJson(personal), 'utf8'), cipher.final()]);
    return { key: this.keyId, box: Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64') };
  }

  open(entryId: Id, sealed: SealedBox): JsonObject {
    const bytes = Buffer.from(sealed.box, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', this.key(sealed.key), bytes.subarray(0, 12)).setAAD(Buffer.from(entryId));
    decipher.setAuthTag(bytes.subarray(12, 28));
    return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')) as JsonObject;
  }

  private key(id: Id): Buffer {
    const key = this.keys.get(id);
    if (key === undefined) throw new Error('a journal key that is not there');
    return key;
  }
}
