import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { documentDigest, formatVerifierKey, type JsonObject, parseVerifierKey, signDocument, type SignedDocument } from '#kernel';
import { flipBit, keyPair, SignedLog } from '../../../test/fixtures/signed-log.js';
import { parseProofBundle, type ProofBundle, verifyBundle, verifyConsistencyBundle, verifyDocument } from './bundle.js';
import { verifyCheckpoint } from './checkpoint.js';
import { assertNoFork } from './log-copy.js';

const certificate = { type: 'opdomain.destruction-certificate/v1', domainId: 'd-1', items: 12 };
const log = new SignedLog().append(
  ...Array.from({ length: 300 }, (_, n) => ({ action: 'seat.granted', n })),
  { action: 'termination.certified', after: documentDigest(certificate) },
  { action: 'seat.revoked', details: { note: documentDigest(certificate) } },
);
const reread = (bundle: ProofBundle): ProofBundle => parseProofBundle(JSON.parse(JSON.stringify(bundle)));

describe('a proof bundle', () => {
  it('shows from the file alone that the entry stands in the log [AUD-04]', () => {
    const verified = verifyBundle(reread(log.bundle(17)), log.trusted);
    expect(verified).toMatchObject({ index: 17, entry: { action: 'seat.granted', n: 17 }, final: true });
  });

  it('is not final before a witness cosigned', () => {
    expect(verifyBundle(log.bundle(17, 302, false), log.trusted).final).toBe(false);
    expect(verifyBundle(log.bundle(17), [log.log.key]).final).toBe(false);
  });

  it('fails after any flipped bit of entry, path or checkpoint root, and after any move [AUD-04]', () => {
    const bundle = log.bundle(17);
    const flipText = (text: string, bit: number) => Buffer.from(flipBit(Buffer.from(text, 'base64'), bit)).toString('base64');
    fc.assert(
      fc.property(fc.constantFrom('entry', 'path', 'root', 'index'), fc.nat(), (part, bit) => {
        const at = bit % bundle.inclusion.length;
        const root = bundle.checkpoint.split('\n')[2] ?? '';
        const changed: Record<string, ProofBundle> = {
          entry: { ...bundle, entry: Buffer.from(flipBit(Buffer.from(bundle.entry), bit)).toString('utf8') },
          path: { ...bundle, inclusion: bundle.inclusion.map((hash, n) => (n === at ? flipText(hash, bit) : hash)) },
          root: { ...bundle, checkpoint: bundle.checkpoint.replace(root, flipText(root, bit)) },
          index: { ...bundle, index: bit === 17 ? 18 : bit },
        };
        expect(() => verifyBundle(changed[part] ?? bundle, log.trusted)).toThrow(/audit\./);
      }),
    );
  });

  it('fails when its SM3 digest is of something else', () => {
    expect(() => verifyBundle({ ...log.bundle(17), sm3: log.bundle(18).sm3 }, log.trusted)).toThrow('audit.sm3-differs');
  });

  it('fails when the logged entry has a second spelling', () => {
    const loose = new SignedLog();
    loose.entries.push(Buffer.from('{"n": 1}'), Buffer.from('{"n":1,"n":2}'), Buffer.from('[1]'), Buffer.from([0x22, 0xff, 0x22]));
    for (const index of [0, 1, 2]) expect(() => verifyBundle(loose.bundle(index), loose.trusted)).toThrow('audit.entry-not-canonical');
  });

  it('never trusts the keys that it carries itself', () => {
    const forged = new SignedLog(log.origin).append({ action: 'seat.granted' });
    expect(() => verifyBundle(forged.bundle(0), log.trusted)).toThrow('audit.no-trusted-signature');
  });

  it('names the first member that does not fit', () => {
    const bundle: JsonObject = log.bundle(17);
    for (const [change, path] of [
      [{ format: 'v0' }, 'format'],
      [{ index: -1 }, 'index'],
      [{ inclusion: ['x'] }, 'inclusion.0'],
      [{ extra: 1 }, ''],
    ] as const)
      expect(() => parseProofBundle({ ...bundle, ...change })).toThrow(
        expect.objectContaining({ code: 'audit.bundle-malformed', details: { path } }),
      );
  });
});

describe('the keys that a bundle names', () => {
  const bundle = log.bundle(17);
  const stranger = formatVerifierKey(keyPair('stranger.example/audit').key);
  const [first = '', second = ''] = bundle.keys;

  it('are those that signed its checkpoint: a stranger’s, one twice or out of order is refused', () => {
    expect(bundle.keys).toHaveLength(2);
    for (const keys of [[stranger], [first, stranger], [second, first], [first, first], [first, second, second]])
      expect(() => verifyBundle({ ...bundle, keys }, [...log.trusted, parseVerifierKey(stranger)])).toThrow(
        expect.objectContaining({ code: 'audit.bundle-malformed', details: { path: 'keys' } }),
      );
  });

  it('claim nothing: without them the entry is as well proven', () => {
    for (const keys of [[], [first], [second]]) expect(verifyBundle({ ...bundle, keys }, log.trusted).final).toBe(true);
  });
});

describe('a consistency bundle', () => {
  it('shows that a later checkpoint extends an earlier one, and fails for another history', () => {
    expect(verifyConsistencyBundle(log.consistency(100, 302), log.trusted).second.size).toBe(302);
    const other = new SignedLog().append(...Array.from({ length: 302 }, (_, n) => ({ forged: n })));
    const mixed = { ...log.consistency(100, 302), first: other.checkpoint(100) };
    expect(() => verifyConsistencyBundle(mixed, [...log.trusted, ...other.trusted])).toThrow('audit.consistency-fails');
  });

  it('is not needed to see that two roots of one size are a fork', () => {
    const other = new SignedLog().append({ forged: 1 });
    const trusted = [...log.trusted, ...other.trusted];
    const both = [log.checkpoint(1), other.checkpoint(1)].map((note) => verifyCheckpoint(note, trusted));
    expect(() => assertNoFork(both)).toThrow('audit.consistency-fails');
    expect(() => assertNoFork(both.slice(0, 1))).not.toThrow();
  });
});

describe('a document with its proof', () => {
  const issuer = keyPair('opdomain.example/certificates/signing');
  const trusted = [...log.trusted, issuer.key];
  const withProof = async (index: number, cosigned = true): Promise<SignedDocument> => ({
    ...(await signDocument(certificate, [issuer.documentSigner])),
    inclusion: log.bundle(index, 302, cosigned) as unknown as JsonObject,
  });

  it('is final when it is signed, in the log and cosigned, all checked from the file [DEST-03]', async () => {
    expect(verifyDocument(await withProof(300), trusted)).toMatchObject({ signedBy: [issuer.key.name], final: true });
  });

  it('is valid but not final without a proof or without a witness', async () => {
    expect(verifyDocument(await withProof(300, false), trusted).final).toBe(false);
    expect(verifyDocument(await signDocument(certificate, [issuer.documentSigner]), trusted).final).toBe(false);
  });

  it('is refused when the entry it points to issued another document, or it was edited', async () => {
    expect(() => verifyDocument(log as never, trusted)).toThrow();
    const wrong = await withProof(301);
    expect(() => verifyDocument(wrong, trusted)).toThrow('audit.document-not-in-entry');
    const edited = { ...(await withProof(300)), document: { ...certificate, items: 11 } };
    expect(() => verifyDocument(edited, trusted)).toThrow('document.signature-invalid');
  });
});
