import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from './canonical.js';
import { inOrder, orderedPlaces, valueAt, withValue } from '../../test/fixtures/document-times.js';
import { addMs } from './clock.js';
import { documentRoles, documentTypes, signingRoles } from './document-types.js';
import {
  type DocumentSigner,
  documentDigest,
  parseSignedDocument,
  signDocument,
  type SignedDocument,
  type TypedDocument,
  verifySignedDocument,
} from './signed-document.js';
import { formatVerifierKey, parseVerifierKey, parseVerifierKeys, signatureTypes, verifierKey } from './verifier-key.js';

const signer = (keyName: string) => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const documentSigner: DocumentSigner = { keyName, sign: (bytes) => sign(null, bytes, privateKey) };
  return { documentSigner, key: verifierKey(keyName, signatureTypes.ed25519, raw) };
};
const receipt: TypedDocument = { type: 'opdomain.revocation-receipt/v1', seatId: 's-1', paths: [{ path: 'gateway', closed: true }] };

describe('verifier keys', () => {
  const published = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';

  it('read and write the form that C2SP signed notes use', () => {
    expect(formatVerifierKey(parseVerifierKey(published))).toBe(published);
    expect(parseVerifierKeys(`# log\n\n${published}\r\n`)).toHaveLength(1);
  });

  it('refuse a changed id, name, type or key, and a spelling that is not canonical', () => {
    for (const wrong of [
      published.replace('c74f', 'c74e'),
      published.replace('Peter', 'peter'),
      published.replace('+ARpc', '+BRpc'),
      published.replace('TW', 'TA'),
      `${published}=`,
      published.slice(0, -4),
      'PeterNeumann',
      `a b${published}`,
    ])
      expect(() => parseVerifierKey(wrong)).toThrow(expect.objectContaining({ code: 'key.malformed' }));
  });
});

describe('a signed document', () => {
  it('verifies from the file alone and names who signed it [DEST-03]', async () => {
    const [platform, authority] = [signer('opdomain.example/receipts/signing'), signer('authority.example/receipts/signing')];
    const signed = await signDocument(receipt, [platform.documentSigner, authority.documentSigner]);
    const reread = parseSignedDocument(JSON.parse(JSON.stringify(signed)));
    expect(verifySignedDocument(reread, [platform.key, authority.key])).toEqual({
      digest: documentDigest(receipt),
      signedBy: [platform.key.name, authority.key.name],
    });
    expect(verifySignedDocument(reread, [authority.key]).signedBy).toEqual([authority.key.name]);
  });

  it('is refused after any edit of its content [DEST-03]', async () => {
    const { documentSigner, key } = signer('opdomain.example/receipts/signing');
    const signed = await signDocument(receipt, [documentSigner]);
    fc.assert(
      fc.property(fc.constantFrom('seatId', 'type', 'added'), fc.string({ minLength: 1 }), (member, value) => {
        fc.pre(receipt[member] !== value);
        const edited: SignedDocument = { ...signed, document: { ...receipt, [member]: value } };
        expect(() => verifySignedDocument(edited, [key])).toThrow(expect.objectContaining({ code: 'document.signature-invalid' }));
      }),
    );
  });

  it('is refused when any bit of its signature is flipped', async () => {
    const { documentSigner, key } = signer('opdomain.example/receipts/signing');
    const signed = await signDocument(receipt, [documentSigner]);
    fc.assert(
      fc.property(fc.nat(511), (bit) => {
        const bytes = Buffer.from(signed.signatures[0]?.signature ?? '', 'base64');
        bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        const signatures = [{ keyName: key.name, algorithm: 'Ed25519' as const, signature: bytes.toString('base64') }];
        expect(() => verifySignedDocument({ document: receipt, signatures }, [key])).toThrow();
      }),
    );
  });

  it('is refused when no trusted key signed it, and cannot be passed off by a signature over its bare JSON', async () => {
    const [trusted, other] = [signer('opdomain.example/receipts/signing'), signer('elsewhere.example/receipts/signing')];
    const signed = await signDocument(receipt, [other.documentSigner]);
    expect(() => verifySignedDocument(signed, [trusted.key])).toThrow(expect.objectContaining({ code: 'document.no-trusted-signature' }));
    const bare = await trusted.documentSigner.sign(Buffer.from(canonicalJson(receipt)));
    const signatures = [{ keyName: trusted.key.name, algorithm: 'Ed25519' as const, signature: Buffer.from(bare).toString('base64') }];
    expect(() => verifySignedDocument({ document: receipt, signatures }, [trusted.key])).toThrow();
  });

  it.each(documentTypes)('of type %s does not verify with times that contradict one another, whoever signed it [DEST-03]', async (type) => {
    const { key, documentSigner } = signer(`opdomain.example/${signingRoles[type]}`);
    const { document } = inOrder(type);
    expect(verifySignedDocument(await signDocument(document, [documentSigner]), [key]).signedBy).toHaveLength(1);
    for (const [earlier, later] of orderedPlaces(type)) {
      const wrong = withValue(document, later, addMs(valueAt(document, earlier), -1));
      const signed = await signDocument(wrong, [documentSigner]);
      expect(() => verifySignedDocument(signed, [key])).toThrow(expect.objectContaining({ code: 'document.impossible-order' }));
    }
  });

  it('binds only by the key for its type: any other of the same installation is refused, whichever document it signs [DEST-03]', async () => {
    const signers = [...documentRoles, 'audit', 'documents'].map((role) => ({ role, ...signer(`opdomain.example/${role}`) }));
    const trusted = signers.map(({ key }) => key);
    for (const [type, wanted] of Object.entries(signingRoles))
      for (const { role, documentSigner } of signers) {
        const verify = async () => verifySignedDocument(await signDocument({ type }, [documentSigner]), trusted);
        if (role === wanted) expect((await verify()).signedBy).toEqual([documentSigner.keyName]);
        else await expect(verify()).rejects.toMatchObject({ code: 'document.wrong-key', details: { type, role: wanted } });
      }
    const strange = await signDocument({ type: 'opdomain.any/v1' }, [signers[0]!.documentSigner]);
    expect(() => verifySignedDocument(strange, trusted)).toThrow(expect.objectContaining({ code: 'document.type-unknown' }));
  });

  it('is refused when a signature stands on it twice', async () => {
    const { documentSigner, key } = signer('opdomain.example/receipts/signing');
    const signed = await signDocument(receipt, [documentSigner, documentSigner]);
    expect(() => verifySignedDocument(signed, [key])).toThrow(expect.objectContaining({ code: 'document.malformed' }));
  });

  it('says which member of a file does not fit', () => {
    const sound = { keyName: 'a', algorithm: 'Ed25519', signature: Buffer.alloc(64).toString('base64') };
    expect(parseSignedDocument({ document: receipt, signatures: [sound], waiting: { for: 'checkpoint' } }).waiting?.for).toBe('checkpoint');
    for (const [value, member] of [
      [[], ''],
      [{ document: {}, signatures: [] }, 'document'],
      [{ document: receipt, signatures: [{ keyName: 'a', algorithm: 'RSA', signature: '' }] }, 'signatures'],
      [{ document: receipt, signatures: [], inclusion: 'x' }, 'inclusion'],
      [{ document: receipt, signatures: [], waiting: { for: 'nothing' } }, 'waiting'],
      [{ document: receipt, signatures: [], waiting: { for: 'checkpoint', since: 'ever' } }, 'waiting'],
      [{ document: receipt, signatures: [], note: 'x' }, 'note'],
      [{ document: receipt, signatures: [{ keyName: 'a', algorithm: 'Ed25519', signature: 'AA==' }] }, 'signatures'],
      [{ document: receipt, signatures: [{ ...sound, at: 'noon' }] }, 'signatures'],
    ] as const)
      expect(() => parseSignedDocument(value)).toThrow(expect.objectContaining({ code: 'document.malformed', details: { member } }));
  });
});
