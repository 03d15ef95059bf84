import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { newId } from '#kernel';
import type { Keys } from '#platform/keys';

/** What every key store must do; `open` gives a new client of one and the same store at each call. */
export function keysConformance(store: string, open: () => Promise<Keys>): void {
  describe(`keys in ${store}`, () => {
    let keys: Keys;
    beforeAll(async () => {
      keys = await open();
    });
    afterAll(() => keys.close());

    const fresh = (): string => `scenario/${newId()}`;
    const made = async (kind?: 'encrypt' | 'sign'): Promise<string> => {
      const name = fresh();
      await keys.create(name, kind);
      return name;
    };

    it('gives back what it wrapped, and another text each time', async () => {
      const name = await made();
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (plaintext) => {
          const [first, second] = [await keys.wrap(name, plaintext), await keys.wrap(name, plaintext)];
          expect(first).not.toBe(second);
          expect(Buffer.from(await keys.unwrap(name, first))).toEqual(Buffer.from(plaintext));
        }),
        { numRuns: 20 },
      );
    });

    it('refuses a text that another key wrapped', async () => {
      const [mine, other] = [await made(), await made()];
      await expect(keys.unwrap(other, await keys.wrap(mine, randomBytes(16)))).rejects.toMatchObject({ code: 'keys.unreadable' });
    });

    it('refuses a text in which any one character was changed', async () => {
      const name = await made();
      const wrapped = await keys.wrap(name, randomBytes(16));
      for (let at = wrapped.lastIndexOf(':') + 1; at < wrapped.length - 3; at += 5) {
        const changed = wrapped.slice(0, at) + (wrapped[at] === 'A' ? 'B' : 'A') + wrapped.slice(at + 1);
        await expect(keys.unwrap(name, changed)).rejects.toMatchObject({ code: 'keys.unreadable' });
      }
      await expect(keys.unwrap(name, 'no such text')).rejects.toMatchObject({ code: 'keys.unreadable' });
    });

    it('refuses a key that was never made, and does not make it by using it', async () => {
      const name = fresh();
      await expect(keys.wrap(name, randomBytes(16))).rejects.toMatchObject({ code: 'keys.absent' });
      await expect(keys.unwrap(name, 'x')).rejects.toMatchObject({ code: 'keys.absent' });
      await expect(keys.sign(name, randomBytes(16))).rejects.toMatchObject({ code: 'keys.absent' });
      await expect(keys.destroy(name)).rejects.toMatchObject({ code: 'keys.absent' });
      expect(await keys.state(name)).toEqual({ state: 'absent', versions: 0 });
    });

    it('makes a key once: making it again keeps what it wrapped readable', async () => {
      const name = await made();
      const wrapped = await keys.wrap(name, Buffer.from('data key'));
      await keys.create(name);
      expect(Buffer.from(await keys.unwrap(name, wrapped)).toString()).toBe('data key');
      expect(await keys.state(name)).toEqual({ state: 'live', versions: 1 });
      await expect(keys.create(name, 'sign')).rejects.toMatchObject({ code: 'keys.wrong-kind' });
    });

    it('signs with Ed25519 so that the public key alone verifies it', async () => {
      const name = await made('sign');
      const message = randomBytes(1000);
      const signature = await keys.sign(name, message);
      const raw = await keys.publicKey(name);
      expect([signature.length, raw.length]).toEqual([64, 32]);
      const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(raw).toString('base64url') };
      const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
      expect(verify(null, message, publicKey, signature)).toBe(true);
      expect(verify(null, randomBytes(1000), publicKey, signature)).toBe(false);
    });

    it('keeps encryption keys and signature keys apart', async () => {
      const [encrypting, signing] = [await made('encrypt'), await made('sign')];
      await expect(keys.sign(encrypting, randomBytes(8))).rejects.toMatchObject({ code: 'keys.wrong-kind' });
      await expect(keys.publicKey(encrypting)).rejects.toMatchObject({ code: 'keys.wrong-kind' });
      await expect(keys.wrap(signing, randomBytes(8))).rejects.toMatchObject({ code: 'keys.wrong-kind' });
    });

    it('destroys for good: nothing unwraps, the name never returns, another client sees it too [DEST-02]', async () => {
      const name = await made();
      const wrapped = await keys.wrap(name, randomBytes(16));
      const other = await open();
      try {
        expect((await other.unwrap(name, wrapped)).length).toBe(16);
        await keys.destroy(name);
        for (const client of [keys, other]) {
          await expect(client.unwrap(name, wrapped)).rejects.toMatchObject({ code: 'keys.destroyed' });
          await expect(client.wrap(name, randomBytes(16))).rejects.toMatchObject({ code: 'keys.destroyed' });
          await expect(client.create(name)).rejects.toMatchObject({ code: 'keys.destroyed' });
          expect(await client.state(name)).toEqual({ state: 'destroyed', versions: 0 });
          expect(await client.list(name)).toEqual([]);
        }
        await keys.destroy(name);
      } finally {
        await other.close();
      }
    });

    it('destroys a signature key as well', async () => {
      const name = await made('sign');
      await keys.destroy(name);
      await expect(keys.sign(name, randomBytes(8))).rejects.toMatchObject({ code: 'keys.destroyed' });
      await expect(keys.publicKey(name)).rejects.toMatchObject({ code: 'keys.destroyed' });
    });

    it('lists the live names under a prefix, sorted', async () => {
      const base = `domain/${newId()}`;
      for (const end of ['b', 'a', 'c']) await keys.create(`${base}/${end}`);
      await keys.destroy(`${base}/b`);
      expect(await keys.list(`${base}/`)).toEqual([`${base}/a`, `${base}/c`]);
      expect(await keys.list(`domain/${newId()}`)).toEqual([]);
    });

    it('loses no key when clients make and destroy at once', async () => {
      const base = `domain/${newId()}`;
      const clients = await Promise.all([open(), open(), open()]);
      try {
        await Promise.all(clients.flatMap((client, c) => [1, 2, 3].map((n) => client.create(`${base}/${c}-${n}`))));
        await Promise.all(clients.map((client, c) => client.destroy(`${base}/${c}-2`)));
        expect(await keys.list(base)).toEqual([0, 1, 2].flatMap((c) => [`${base}/${c}-1`, `${base}/${c}-3`]));
      } finally {
        await Promise.all(clients.map((client) => client.close()));
      }
    });

    it('refuses names that a store could not hold safely', async () => {
      for (const name of [
        '',
        'one',
        '/a',
        'a/',
        'a//b',
        '../x',
        'a/..',
        'a/B',
        'a/b.c',
        'destroyed/a',
        'a/-b',
        `a/${'x'.repeat(200)}`,
        '数据/甲',
      ])
        await expect(keys.create(name)).rejects.toMatchObject({ code: 'keys.bad-name' });
    });

    it('is well', async () => {
      await expect(keys.health()).resolves.toBeUndefined();
    });
  });
}
