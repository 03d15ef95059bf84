import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Decrypter } from 'age-encryption';
import type { Stanza } from 'age-encryption';
import { addMs, newId } from '#kernel';
import type { Keys } from '#platform/keys';
import { SealedObjects } from '#platform/objects';
import type { CipherStore } from '#platform/objects';

const frame = 64 * 1024;
const inSeconds = (seconds: number): string => addMs(new Date().toISOString(), seconds * 1000);

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}
export async function all(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}
const sha256 = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** Ciphertext put in place of what is stored, as whoever owns the store could. */
async function plant(store: CipherStore, key: string, bytes: Uint8Array): Promise<string> {
  return (await store.write(key, inPieces(bytes, frame), undefined)).version;
}

export function objectsConformance(place: string, open: () => Promise<{ store: CipherStore; keys: Keys }>): void {
  describe(`objects in ${place}`, () => {
    let store: CipherStore;
    let keys: Keys;
    let objects: SealedObjects;
    const base = `scenarios/${newId()}`;
    const sealedBy = `scenario/${newId()}`;
    beforeAll(async () => {
      ({ store, keys } = await open());
      objects = new SealedObjects(store, keys);
      await keys.create(sealedBy);
    });
    afterAll(() => objects.close());

    let count = 0;
    const fresh = (): string => `${base}/copies/${++count}/data`;
    const rawOf = async (key: string): Promise<Buffer> => {
      const source = (await store.find(key, undefined))?.source;
      return source === undefined ? Buffer.alloc(0) : all(source.read(0, source.size));
    };

    it('gives back every byte at every edge of a frame, from every offset', async () => {
      const edges = [0, 1, frame - 33, frame - 32, frame - 31, frame - 1, frame, frame + 1, 2 * frame - 32, 2 * frame, 3 * frame + 7];
      for (const size of edges) {
        const key = fresh();
        const data = randomBytes(size);
        const stored = await objects.put(key, inPieces(data, 10_000), { sealedBy });
        expect(stored).toMatchObject({ key, bytes: size, sha256: sha256(data) });
        expect(await objects.stat(key)).toEqual(stored);
        for (const from of [0, 1, frame - 1, frame, frame + 1, size - 1, size, size + 1].filter((n) => n >= 0))
          expect(sha256(await all(await objects.get(key, { sealedBy, from })))).toBe(sha256(data.subarray(from)));
      }
    });

    it('gives back any bytes put in any pieces, from any offset', async () => {
      const arbitrary = fc.tuple(
        fc.integer({ min: 0, max: 3 * frame }),
        fc.integer({ min: 1, max: 2 * frame }),
        fc.double({ min: 0, max: 1, noNaN: true }),
      );
      await fc.assert(
        fc.asyncProperty(arbitrary, async ([size, piece, share]) => {
          const [key, data, from] = [fresh(), randomBytes(size), Math.floor(size * share)];
          await objects.put(key, inPieces(data, piece), { sealedBy });
          expect(sha256(await all(await objects.get(key, { sealedBy, from })))).toBe(sha256(data.subarray(from)));
        }),
        { numRuns: 15 },
      );
    });

    it('writes age files that the library itself can read', async () => {
      const key = fresh();
      const data = randomBytes(2 * frame + 100);
      await objects.put(key, data, { sealedBy });
      const decrypter = new Decrypter();
      decrypter.addIdentity({
        unwrapFileKey: async (stanzas: Stanza[]) => {
          const bound = await keys.unwrap(sealedBy, Buffer.from(stanzas[0]?.body ?? []).toString());
          return new Uint8Array(Buffer.from((JSON.parse(Buffer.from(bound).toString()) as { fileKey: string }).fileKey, 'base64url'));
        },
      });
      const plaintext = Buffer.from(await decrypter.decrypt(new Uint8Array(await rawOf(key))));
      expect(sha256(plaintext.subarray(0, -32))).toBe(sha256(data));
      expect(`sha256:${plaintext.subarray(-32).toString('hex')}`).toBe(sha256(data));
    });

    it('holds nothing in the clear, neither content nor its digest', async () => {
      const key = fresh();
      const data = Buffer.from('身份证 330106199003071234 '.repeat(100));
      const stored = await objects.put(key, data, { sealedBy });
      const raw = await rawOf(key);
      for (const clear of [data.subarray(0, 20), Buffer.from(stored.sha256.slice(7)), Buffer.from(stored.sha256.slice(7), 'hex')])
        expect(raw.includes(clear)).toBe(false);
    });

    it('refuses a file with any one byte changed, before giving out a changed byte', async () => {
      const data = randomBytes(2 * frame + 500);
      const whole = fresh();
      await objects.put(whole, data, { sealedBy });
      const raw = await rawOf(whole);
      for (const at of [0, 25, 60, 150, 400, raw.length - 2 * frame, raw.length - frame, raw.length - 300, raw.length - 1]) {
        const changed = Buffer.from(raw);
        changed[at] = (changed[at] ?? 0) ^ 1;
        await plant(store, whole, changed);
        const given: Uint8Array[] = [];
        const reading = (async () => {
          for await (const chunk of await objects.get(whole, { sealedBy })) given.push(chunk);
        })();
        await expect(reading).rejects.toMatchObject({ code: expect.stringMatching(/^objects\.(tampered|swapped)$/) });
        const got = Buffer.concat(given);
        expect(got.equals(data.subarray(0, got.length))).toBe(true);
      }
    });

    it('refuses a file that was cut off or lengthened anywhere, also when reading resumes behind the cut', async () => {
      const key = fresh();
      await objects.put(key, randomBytes(3 * frame), { sealedBy });
      const raw = await rawOf(key);
      for (const length of [
        0,
        10,
        200,
        500,
        raw.length - 3 * frame,
        raw.length - 2 * frame - 48,
        raw.length - frame,
        raw.length - 48,
        raw.length - 1,
      ]) {
        await plant(store, key, raw.subarray(0, Math.max(1, length)));
        await expect((async () => all(await objects.get(key, { sealedBy })))()).rejects.toMatchObject({ code: 'objects.tampered' });
        await expect((async () => all(await objects.get(key, { sealedBy, from: 2 * frame })))()).rejects.toMatchObject({
          code: 'objects.tampered',
        });
        await expect(objects.stat(key)).rejects.toMatchObject({ code: 'objects.tampered' });
      }
      await plant(store, key, Buffer.concat([raw, randomBytes(1)]));
      await expect((async () => all(await objects.get(key, { sealedBy })))()).rejects.toMatchObject({ code: 'objects.tampered' });
    });

    it('refuses one object in the place of another, of the same key or of another', async () => {
      const [mine, other, foreign] = [fresh(), fresh(), fresh()];
      const otherScenario = `scenario/${newId()}`;
      await keys.create(otherScenario);
      await objects.put(mine, randomBytes(10), { sealedBy });
      await objects.put(other, randomBytes(10), { sealedBy });
      await objects.put(foreign, randomBytes(10), { sealedBy: otherScenario });
      await plant(store, mine, await rawOf(other));
      await expect(objects.get(mine, { sealedBy })).rejects.toMatchObject({ code: 'objects.swapped' });
      await expect(objects.stat(mine)).rejects.toMatchObject({ code: 'objects.swapped' });
      await plant(store, mine, await rawOf(foreign));
      await expect(objects.get(mine, { sealedBy })).rejects.toMatchObject({ code: 'objects.swapped' });
    });

    it('cannot read anything once the key is destroyed, though the bytes are still there [DEST-02]', async () => {
      const scenario = `scenario/${newId()}`;
      const key = fresh();
      await keys.create(scenario);
      await objects.put(key, randomBytes(100), { sealedBy: scenario });
      await keys.destroy(scenario);
      await expect(objects.get(key, { sealedBy: scenario })).rejects.toMatchObject({ code: 'keys.destroyed' });
      await expect(objects.stat(key)).rejects.toMatchObject({ code: 'keys.destroyed' });
      await expect(objects.put(key, randomBytes(1), { sealedBy: scenario })).rejects.toMatchObject({ code: 'keys.destroyed' });
      expect(await objects.list(key)).toHaveLength(1);
    });

    it('keeps every version and answers with the newest', async () => {
      const key = fresh();
      const versions = [];
      for (const text of ['one', 'two', 'three']) versions.push(await objects.put(key, Buffer.from(text), { sealedBy }));
      expect((await all(await objects.get(key, { sealedBy }))).toString()).toBe('three');
      expect((await all(await objects.get(key, { sealedBy, version: versions[0]?.version ?? '' }))).toString()).toBe('one');
      // A gateway that files an older version away may date it by that: nothing but the order of lists leans on the time.
      expect(await objects.stat(key, versions[1]?.version)).toEqual({ ...versions[1], storedAt: expect.any(String) });
      expect((await objects.list(key)).map(({ version }) => version).sort()).toEqual(versions.map(({ version }) => version).sort());
    });

    it('shows nothing of a put whose source failed', async () => {
      const key = fresh();
      async function* broken(): AsyncGenerator<Uint8Array> {
        yield randomBytes(20 * 1024 * 1024);
        await Promise.resolve();
        throw new Error('the source broke');
      }
      await expect(objects.put(key, broken(), { sealedBy })).rejects.toThrow('the source broke');
      expect(await objects.list(key)).toEqual([]);
      expect(await objects.stat(key)).toBeUndefined();
      await expect(objects.get(key, { sealedBy })).rejects.toMatchObject({ code: 'objects.absent' });
    });

    it('takes a prefix as a folder, never as the beginning of a name', async () => {
      const folder = `${base}/folder`;
      for (const key of [`${folder}/a`, `${folder}/b/c`, `${folder}x/a`]) await objects.put(key, randomBytes(1), { sealedBy });
      expect((await objects.list(folder)).map(({ key }) => key)).toEqual([`${folder}/a`, `${folder}/b/c`]);
      expect((await objects.list(`${folder}/`)).map(({ key }) => key)).toEqual([`${folder}/a`, `${folder}/b/c`]);
      expect(await objects.destroy(folder)).toEqual({ destroyed: 2, remaining: [] });
      expect((await objects.list(`${folder}x`)).map(({ key }) => key)).toEqual([`${folder}x/a`]);
      await expect(objects.destroy('')).rejects.toMatchObject({ code: 'objects.bad-key' });
    });

    it('destroys every version of every object under a prefix [DEST-01]', async () => {
      const folder = `${base}/to-destroy`;
      for (const key of ['a', 'a', 'b/c']) await objects.put(`${folder}/${key}`, randomBytes(10), { sealedBy });
      expect(await objects.destroy(folder)).toEqual({ destroyed: 3, remaining: [] });
      expect(await objects.destroy(folder)).toEqual({ destroyed: 0, remaining: [] });
      expect(await objects.stat(`${folder}/a`)).toBeUndefined();
    });

    it('refuses to delete what is retained, names it, and only ever lengthens the retention [LOG-01] [LOG-02]', async () => {
      const folder = `${base}/kept`;
      const until = inSeconds(3600);
      const kept = await objects.put(`${folder}/segment`, randomBytes(10), { sealedBy, retainUntil: until });
      await objects.put(`${folder}/free`, randomBytes(10), { sealedBy });
      await expect(objects.remove(kept.key, kept.version)).rejects.toMatchObject({ code: 'objects.locked' });
      const { destroyed, remaining } = await objects.destroy(folder);
      expect(destroyed).toBe(1);
      expect(remaining).toMatchObject([{ key: kept.key, version: kept.version, kind: 'version' }]);
      expect(Date.parse(remaining[0]?.retainUntil ?? '')).toBeGreaterThan(Date.now() + 3_500_000);
      await expect(objects.retain(kept.key, kept.version, inSeconds(60))).rejects.toMatchObject({ code: 'objects.retention-shortened' });
      await objects.retain(kept.key, kept.version, inSeconds(7200));
      const again = await objects.destroy(folder);
      expect(Date.parse(again.remaining[0]?.retainUntil ?? '')).toBeGreaterThan(Date.now() + 7_000_000);
      expect((await all(await objects.get(kept.key, { sealedBy }))).length).toBe(10);
    });

    it('refuses keys that leave the store or hide in it', async () => {
      for (const key of ['', '/a', 'a/', 'a//b', '../a', 'a/../b', '.hidden', 'a/v~1', 'a b', '甲', 'x'.repeat(601)])
        await expect(objects.put(key, randomBytes(1), { sealedBy })).rejects.toMatchObject({ code: 'objects.bad-key' });
    });

    it('streams a file far larger than the memory it takes', async () => {
      const key = fresh();
      const size = 192 * 1024 * 1024;
      const piece = randomBytes(1024 * 1024);
      const before = process.memoryUsage().rss;
      let peak = before;
      async function* big(): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < size; at += piece.length) {
          peak = Math.max(peak, process.memoryUsage().rss);
          yield await Promise.resolve(piece);
        }
      }
      const stored = await objects.put(key, big(), { sealedBy });
      let bytes = 0;
      for await (const chunk of await objects.get(key, { sealedBy, from: size / 2 })) {
        bytes += chunk.length;
        peak = Math.max(peak, process.memoryUsage().rss);
      }
      expect([stored.bytes, bytes]).toEqual([size, size / 2]);
      expect(peak - before).toBeLessThan(160 * 1024 * 1024);
      await objects.destroy(key);
    });

    it('is well', async () => {
      await expect(objects.health()).resolves.toBeUndefined();
    });
  });
}
