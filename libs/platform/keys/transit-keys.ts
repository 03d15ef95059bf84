import { z } from 'zod';
import { assertKeyName, reservedSegment } from './keys.js';
import type { KeyKind, Keys, KeyState } from './keys.js';
import { TransitClient, TransitRejection } from './transit-client.js';
import type { TransitAddress } from './transit-client.js';
import { refuse } from './refusals.js';

const keySchema = z.object({
  data: z.object({
    type: z.string(),
    latest_version: z.number(),
    keys: z.record(z.string(), z.union([z.number(), z.object({ public_key: z.string() })])),
  }),
});
type TransitKey = z.infer<typeof keySchema>['data'];

const typeOf = { encrypt: 'aes256-gcm96', sign: 'ed25519' } as const satisfies Record<KeyKind, string>;

/** `/` is no character of a transit name and `.` is none of ours: so the two alphabets map one to one. */
const encoded = (name: string): string => name.replaceAll('/', '.');
const decoded = (name: string): string => name.replaceAll('.', '/');
const tombstoneOf = (name: string): string => `${reservedSegment}.${encoded(name)}`;

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/**
 * Keys in the transit engine of OpenBao or Vault. The engine forgets a deleted key wholly, so each destroyed name leaves a tombstone:
 * an empty key `destroyed.<name>` that is never used nor deletable.
 */
export class TransitKeys implements Keys {
  private constructor(private readonly client: TransitClient) {}

  /** @throws Refusal `keys.misconfigured` where the mount is missing or makes unknown keys by itself; `keys.sealed`, `keys.unreachable`, `keys.forbidden`. */
  static async open(at: TransitAddress): Promise<TransitKeys> {
    const client = await TransitClient.connect(at);
    try {
      await refuseUpserts(client);
    } catch (error) {
      await client.close();
      throw error;
    }
    return new TransitKeys(client);
  }

  async create(name: string, kind: KeyKind = 'encrypt'): Promise<void> {
    assertKeyName(name);
    await this.refuseTombstone(name);
    await this.client.write(`keys/${encoded(name)}`, { type: typeOf[kind], exportable: false, allow_plaintext_backup: false });
    if ((await this.read(name))?.type !== typeOf[kind]) throw refuse('keys.wrong-kind', { name });
    if (await this.isTombstoned(name)) {
      // Another process destroyed the name meanwhile: what was just made goes again.
      await this.destroy(name);
      throw refuse('keys.destroyed', { name });
    }
  }

  async wrap(name: string, plaintext: Uint8Array): Promise<string> {
    const answer = await this.use(name, 'encrypt', `encrypt/${encoded(name)}`, { plaintext: base64(plaintext) });
    return heard(z.object({ data: z.object({ ciphertext: z.string().startsWith('vault:') }) }), answer).data.ciphertext;
  }

  async unwrap(name: string, wrapped: string): Promise<Uint8Array> {
    const answer = await this.use(name, 'encrypt', `decrypt/${encoded(name)}`, { ciphertext: wrapped });
    return new Uint8Array(Buffer.from(heard(z.object({ data: z.object({ plaintext: z.base64() }) }), answer).data.plaintext, 'base64'));
  }

  async sign(name: string, message: Uint8Array): Promise<Uint8Array> {
    const answer = await this.use(name, 'sign', `sign/${encoded(name)}`, { input: base64(message) });
    const { signature } = heard(z.object({ data: z.object({ signature: z.string().regex(/^vault:v\d+:[A-Za-z0-9+/=]+$/) }) }), answer).data;
    return new Uint8Array(Buffer.from(signature.split(':')[2] ?? '', 'base64'));
  }

  async publicKey(name: string): Promise<Uint8Array> {
    assertKeyName(name);
    const key = await this.read(name);
    const version = key?.keys[String(key.latest_version)];
    if (key?.type !== typeOf.sign || typeof version !== 'object') throw await this.whyNot(name, 'sign');
    return new Uint8Array(Buffer.from(version.public_key, 'base64'));
  }

  async state(name: string): Promise<{ state: KeyState; versions: number }> {
    assertKeyName(name);
    const key = await this.read(name);
    if (key !== undefined) return { state: 'live', versions: Object.keys(key.keys).length };
    return { state: (await this.isTombstoned(name)) ? 'destroyed' : 'absent', versions: 0 };
  }

  async list(prefix: string): Promise<string[]> {
    const answer = await this.client.list('keys');
    if (answer === undefined) return [];
    return heard(z.object({ data: z.object({ keys: z.array(z.string()) }) }), answer)
      .data.keys.filter((name) => !name.startsWith(`${reservedSegment}.`))
      .map(decoded)
      .filter((name) => name.startsWith(prefix))
      .sort();
  }

  async destroy(name: string): Promise<void> {
    assertKeyName(name);
    const existing = await this.read(name);
    if (existing === undefined && (await this.isTombstoned(name))) return;
    if (existing === undefined) throw refuse('keys.absent', { name });
    // The tombstone comes first: a crash between the two leaves a key that can still be destroyed, never a name that can be used again.
    await this.client.write(`keys/${tombstoneOf(name)}`, { type: typeOf.encrypt });
    await this.client.write(`keys/${encoded(name)}/config`, { deletion_allowed: true });
    await this.client.remove(`keys/${encoded(name)}`);
    if ((await this.state(name)).state !== 'destroyed') throw refuse('keys.not-destroyed', { name });
  }

  async health(): Promise<void> {
    await this.client.health();
  }

  close(): Promise<void> {
    return this.client.close();
  }

  /** When the token expires unless it is renewed before, in milliseconds since 1970; undefined if never. */
  get tokenExpiry(): number | undefined {
    return this.client.tokenExpiry;
  }

  private async use(name: string, kind: KeyKind, path: string, body: Readonly<Record<string, unknown>>): Promise<unknown> {
    assertKeyName(name);
    try {
      return await this.client.write(path, body);
    } catch (error) {
      if (error instanceof TransitRejection) throw await this.whyNot(name, kind);
      throw error;
    }
  }

  /** The engine's own texts differ between products and versions: the reason is read from the state instead. */
  private async whyNot(name: string, kind: KeyKind): Promise<Error> {
    const key = await this.read(name);
    if (key === undefined) return refuse((await this.isTombstoned(name)) ? 'keys.destroyed' : 'keys.absent', { name });
    return refuse(key.type === typeOf[kind] ? 'keys.unreadable' : 'keys.wrong-kind', { name });
  }

  private async read(name: string): Promise<TransitKey | undefined> {
    const answer = await this.client.read(`keys/${encoded(name)}`);
    return answer === undefined ? undefined : heard(keySchema, answer).data;
  }

  private async isTombstoned(name: string): Promise<boolean> {
    const answer = await this.client.read(`keys/${tombstoneOf(name)}`);
    return answer !== undefined && heard(keySchema, answer).data.type === typeOf.encrypt;
  }

  private async refuseTombstone(name: string): Promise<void> {
    if (await this.isTombstoned(name)) throw refuse('keys.destroyed', { name });
  }
}

/** What another says in the engine's place, or half of an answer, is none. @throws Refusal `keys.unreachable` */
function heard<T>(schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer);
  if (!parsed.success) throw refuse('keys.unreachable');
  return parsed.data;
}

/** By default `encrypt` makes a key that it does not find, which would bring a destroyed name back to life. */
async function refuseUpserts(client: TransitClient): Promise<void> {
  const disabled = async (): Promise<boolean | undefined> => {
    const answer = z.object({ data: z.object({ disable_upsert: z.boolean() }) }).safeParse(await client.read('config/keys'));
    return answer.success ? answer.data.data.disable_upsert : undefined;
  };
  const before = await disabled();
  if (before === undefined) throw refuse('keys.misconfigured', { what: 'transit mount' });
  if (before) return;
  await client.write('config/keys', { disable_upsert: true });
  if ((await disabled()) !== true) throw refuse('keys.misconfigured', { what: 'disable_upsert' });
}
