import type { RecoveryTry } from '#kernel';
import { keyAbsent, KEYS, storeOfKeys, type Keys } from '#platform/keys';
import { OBJECTS, type Objects } from '#platform/objects';
import { Inject, Injectable } from '@nestjs/common';
import { readBack, type Absence } from './read-back.js';

export interface ObjectToRead {
  readonly key: string;
  readonly sealedBy: string;
  /** The newest unless one is given. */
  readonly version?: string;
}

/** Tries to get objects and keys back: for every holding in the same way. */
@Injectable()
export class ReadBacks {
  constructor(
    @Inject(OBJECTS) private readonly objects: Objects,
    @Inject(KEYS) private readonly keys: Keys,
  ) {}

  object({ key, sealedBy, version }: ObjectToRead): Promise<RecoveryTry> {
    const of = { sealedBy, ...(version === undefined ? {} : { version }) };
    return readBack({
      how: `read the object ${key}${version === undefined ? '' : ` at version ${version}`}`,
      recover: async () => {
        for await (const _ of await this.objects.get(key, of)) break;
        return this.objects.identity();
      },
      absence: async () => {
        const store = await this.objects.identity();
        const found = (await this.objects.list(key)).filter((one) => one.key === key && one.kind === 'version');
        if (!found.some((one) => version === undefined || one.version === version)) return { answer: 'no such version', store };
        const shredded = await this.keyAbsence(sealedBy);
        return shredded && { answer: `it lies there; ${shredded.answer}`, store };
      },
    });
  }

  /** Whether the key still does what it is for. */
  key(name: string): Promise<RecoveryTry> {
    return readBack({
      how: `encrypt and decrypt with the key ${name}`,
      recover: async () => {
        await this.keys.unwrap(name, await this.keys.wrap(name, Buffer.from('recovery')));
        return storeOfKeys(this.keys);
      },
      absence: () => this.keyAbsence(name),
    });
  }

  /** Decrypts texts that our records keep; what they hold is let go at once. None left is an answer of our own database. */
  wrapped(how: string, name: string, texts: readonly string[]): Promise<RecoveryTry> {
    return readBack({
      how,
      recover: async () => {
        if (texts.length === 0) throw keyAbsent(name);
        for (const text of texts) await this.keys.unwrap(name, text);
        return storeOfKeys(this.keys);
      },
      absence: async () =>
        texts.length === 0 ? { answer: 'no text is left', store: await storeOfKeys(this.keys) } : this.keyAbsence(name),
    });
  }

  private async keyAbsence(name: string): Promise<Absence | undefined> {
    const { state } = await this.keys.state(name);
    if (state === 'live') return undefined;
    return { answer: state === 'destroyed' ? 'its key was destroyed' : 'there is no such key', store: await storeOfKeys(this.keys) };
  }
}
