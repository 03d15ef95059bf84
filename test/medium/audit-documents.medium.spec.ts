import {
  cosignatureBytes,
  cosignedMessage,
  formatSignature,
  noteSignature,
  parseNote,
  verifyCheckpoint,
  verifyDocument,
} from '#audit/offline';
import {
  formatVerifierKey,
  newId,
  parseSignedDocument,
  Refusal,
  signatureTypes,
  addMs,
  documentOrders,
  documentTypes,
  signingRoles,
  type SignedDocument,
  systemAct,
  type TypedDocument,
  type VerifierKey,
  verifierKey,
} from '#kernel';
import { documentKeys, SignedDocuments, type DocumentKind } from '#platform/documents';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inOrder, orderedPlaces, valueAt, withValue } from '../fixtures/document-times.js';
import { keyPair, type KeyPair } from '../fixtures/signed-log.js';
import { type Medium } from '../support/medium.js';
import { openAuditBench, type AuditBench } from '../support/audit.js';

let bench: AuditBench;
let medium: Medium;
beforeAll(async () => {
  bench = await openAuditBench();
  medium = bench.medium;
});
afterAll(() => medium.close());

const issue = (document: TypedDocument) => bench.issue(document);
/** A line by which a witness outside cosigns the newest checkpoint. */
async function lineOf(witness: KeyPair): Promise<{ size: number; line: string }> {
  const { text } = parseNote(Buffer.from(await bench.raw('/audit/checkpoint')).toString('utf8'));
  const seconds = Math.floor(Date.now() / 1000);
  const bytes = cosignatureBytes(seconds, witness.sign(cosignedMessage(text, seconds)));
  return { size: Number(text.split('\n')[1]), line: formatSignature(noteSignature(witness.key, bytes)) };
}

describe('a document as it is handed out', () => {
  const receipt = () => ({ ...inOrder('opdomain.revocation-receipt/v1').document, seatId: newId() });
  const download = async (signed: SignedDocument) =>
    parseSignedDocument(
      JSON.parse(
        JSON.stringify(
          await medium.app.get(SignedDocuments).handedOut(systemAct('test', 'organisation.registered', new Date().toISOString()), signed),
        ),
      ),
    );

  it('is not signed, of whatever type, when its times cannot have followed one another or lie ahead [DEST-03]', async () => {
    const documents = medium.app.get(SignedDocuments);
    const refusal = { code: 'document.impossible-order', transient: true };
    for (const type of documentTypes) {
      const kind = (Object.keys(documentKeys) as DocumentKind[]).find((one) => documentKeys[one] === signingRoles[type]) as DocumentKind;
      const { document, places } = inOrder(type);
      for (const [earlier, later] of orderedPlaces(type)) {
        const wrong = withValue(document, later, addMs(valueAt(document, earlier), -1));
        await expect(documents.sign(kind, wrong)).rejects.toMatchObject(refusal);
      }
      const ahead = Date.now() + 60_000 - Date.parse(valueAt(document, documentOrders[type].issued));
      const moved = places.reduce((one, place) => withValue(one, place, addMs(valueAt(document, place), ahead)), document);
      await expect(documents.sign(kind, moved)).rejects.toMatchObject(refusal);
      await expect(documents.sign(kind, document)).resolves.toMatchObject({ document });
    }
  });

  it('says what it waits for, and carries its proof as soon as there is one, with nobody’s doing [DEST-03]', async () => {
    const document = receipt();
    const signed = await medium.app.get(SignedDocuments).sign('receipts', document);
    expect(await download(signed)).toEqual({ ...signed, waiting: { for: 'sequencing' } });
    await issue(document);
    expect((await download(signed)).waiting).toEqual({ for: 'sequencing' });
    await bench.sequence();
    const file = await download(signed);
    expect(file.waiting?.for).not.toBe('held-cosignature');
    const verified = verifyDocument(file, await bench.trusted());
    expect(verified).toMatchObject({ final: true });
    expect(verified.inclusion?.checkpoint.cosignedBy.map(({ key }) => key)).toEqual(['held']);
  });

  it('waits for a checkpoint, and for the held cosignature, while the key store signs nothing; and is final once it does', async () => {
    const document = receipt();
    const signed = await medium.app.get(SignedDocuments).sign('receipts', document);
    await issue(document);
    const { keys } = await medium.platformOf('worker');
    const sign = keys.sign.bind(keys);
    const away = (name: string) => {
      keys.sign = (key, bytes) => (key === name ? Promise.reject(new Refusal('keys.unreachable', {}, true)) : sign(key, bytes));
    };
    away('audit/checkpoint');
    await expect(bench.sequence()).rejects.toMatchObject({ code: 'keys.unreachable' });
    expect(await download(signed)).toEqual({ ...signed, waiting: { for: 'checkpoint' } });
    away('audit/witness');
    await expect(bench.sequence()).rejects.toMatchObject({ code: 'keys.unreachable' });
    const early = await download(signed);
    expect(early.waiting).toEqual({ for: 'held-cosignature' });
    expect(verifyDocument(early, await bench.trusted()).final).toBe(false);
    keys.sign = sign;
    // Nothing new to place: the missing cosignature alone is work.
    await bench.sequencer.turn();
    expect(verifyDocument(await download(signed), await bench.trusted()).final).toBe(true);
  });

  it('waits for an outside witness where one is registered, and then carries its cosignature rather than a newer held one [AUD-04]', async () => {
    const witness = keyPair('witness.example/documents', signatureTypes.cosignature);
    expect((await medium.auditor.post('/audit/witnesses', { key: formatVerifierKey(witness.key) })).status).toBe(201);
    const document = receipt();
    const signed = await medium.app.get(SignedDocuments).sign('receipts', document);
    await issue(document);
    await bench.sequence();
    const held = await download(signed);
    expect(held.waiting).toEqual({ for: 'external-cosignature' });
    expect(verifyDocument(held, await bench.trusted()).final).toBe(true);
    expect((await medium.auditor.post('/audit/cosignatures', await lineOf(witness))).body).toMatchObject({ key: 'external' });
    await medium.organisation('unit');
    await bench.sequence();
    const whole = await download(signed);
    expect(whole.waiting).toBeUndefined();
    const { inclusion } = verifyDocument(whole, await bench.trusted());
    expect(inclusion?.checkpoint.cosignedBy).toContainEqual(expect.objectContaining({ name: witness.key.name, key: 'external' }));
    expect((await bench.status()).cosigned?.by).toContainEqual(expect.objectContaining({ key: 'held' }));
  });
});

describe('the published keys', () => {
  it('are all there from the first turn on, named for the installation, and verify whatever is signed later [AUD-04]', async () => {
    const fresh = await openAuditBench();
    try {
      expect((await fresh.medium.auditor.get('/audit/keys')).body).toMatchObject({ code: 'audit.not-open' });
      await fresh.sequencer.turn();
      const first = await fresh.trusted();
      const { installation } = fresh.medium.platform;
      expect(first.every(({ name }) => name.startsWith(`${installation}/`))).toBe(true);
      const names = ['audit', 'audit', 'audit/audit-admin', ...Object.values(documentKeys)].map((name) => `${installation}/${name}`);
      expect(first.map(({ name }) => name).sort()).toEqual(names.sort());
      await fresh.sequence();
      const documents = fresh.medium.app.get(SignedDocuments);
      for (const kind of Object.keys(documentKeys) as DocumentKind[])
        for (const type of documentTypes) {
          const role = signingRoles[type];
          const { document } = inOrder(type);
          if (role !== documentKeys[kind]) await expect(documents.sign(kind, document)).rejects.toThrow(`signs no ${type}`);
          else expect(verifyDocument(await documents.sign(kind, document), first).signedBy).toHaveLength(1);
        }
      expect(verifyCheckpoint(Buffer.from(await fresh.raw('/audit/checkpoint')).toString('utf8'), first)).toMatchObject({ sm2: true });
      expect(await fresh.trusted()).toEqual(first);
    } finally {
      await fresh.medium.close();
    }
  });

  it('hold no witness where the audit administrator keeps the key outside: then documents wait for that one', async () => {
    const outside = await openAuditBench(
      (whole) => ({ ...whole, audit: { ...(whole as { audit?: object }).audit, heldWitness: false } }) as never,
    );
    try {
      await outside.sequence();
      expect((await outside.trusted()).map(({ type }) => type)).not.toContain(signatureTypes.cosignature);
      expect((await outside.status()).cosigned).toBeNull();
    } finally {
      await outside.medium.close();
    }
  });

  it('of the platform cannot be registered as an outside witness, under whatever name [AUD-04]', async () => {
    await bench.sequence();
    const keys = await bench.trusted();
    const origin = (await medium.auditor.get<{ origin: string }>('/audit/status')).body.origin;
    const asWitness = (name: string, key: VerifierKey) => formatVerifierKey(verifierKey(name, signatureTypes.cosignature, key.material));
    const own = keys.filter(({ name, type }) => name.startsWith(medium.platform.installation) && type !== signatureTypes.other);
    expect(own).toHaveLength(7);
    const tries = [
      ...own.map((key, at) => asWitness(`outside-${String(at)}.example`, key)),
      asWitness(`${origin}/second`, keyPair('any').key),
    ];
    for (const key of tries)
      expect((await medium.auditor.post('/audit/witnesses', { key })).body).toMatchObject({ code: 'audit-witness.key-held' });
  });
});
