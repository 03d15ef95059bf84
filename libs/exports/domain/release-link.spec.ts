import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { generateKeyPairSync, sign } from 'node:crypto';
import { sha256, signatureTypes, signDocument, verifierKey } from '#kernel';
import { manifestOf, verifyManifest } from './manifest.js';
import { defaultExportPolicy } from './policy.js';
import { decideDownload, entityTag, rangeStart, type ReleaseLink } from './release.js';
import { bindingOf } from './review-binding.js';

const file = { bytes: 1000, digest: sha256('content') };
const link: ReleaseLink = {
  id: 'l',
  requestId: 'r',
  fileId: 'f',
  personId: 'requester',
  issuedAt: '2026-11-21T08:00:00.000Z',
  expiresAt: '2026-11-21T08:15:00.000Z',
  state: 'open',
  attempts: 0,
  served: 400,
};
const asked = { personId: 'requester', at: '2026-11-21T08:05:00.000Z', from: 0 };
const refusal = (code: string): Error => expect.objectContaining({ code }) as unknown as Error;

describe('a release link', () => {
  it('opens for the requester alone, once, and for a short time [EXP-06]', () => {
    expect(decideDownload(link, file, asked)).toEqual({ from: 0, partial: false });
    expect(() => decideDownload(link, file, { ...asked, personId: 'another' })).toThrow(refusal('export.link-unknown'));
    expect(() => decideDownload(link, file, { ...asked, at: link.expiresAt })).toThrow(refusal('export.link-gone'));
    for (const state of ['completed', 'revoked'] as const)
      expect(() => decideDownload({ ...link, state }, file, asked)).toThrow(refusal('export.link-gone'));
    expect(() => decideDownload({ ...link, attempts: 20 }, file, asked)).toThrow(refusal('export.link-gone'));
  });

  it('goes on where a broken download stopped, and from the beginning when the file is another', () => {
    expect(decideDownload(link, file, { ...asked, from: 400, ifRange: entityTag(file.digest) })).toEqual({ from: 400, partial: true });
    expect(decideDownload(link, file, { ...asked, from: 400, ifRange: '"sha256:other"' })).toEqual({ from: 0, partial: false });
    expect(() => decideDownload(link, file, { ...asked, from: 401 })).toThrow(refusal('export.range-not-satisfiable'));
  });

  it('understands one open range and no other', () => {
    expect(rangeStart(undefined)).toBe(0);
    fc.assert(fc.property(fc.nat(), (start) => rangeStart(`bytes=${String(start)}-`) === start));
    for (const header of ['bytes=-5', 'bytes=0-5', 'bytes=0-1,5-', 'items=0-', '']) expect(rangeStart(header)).toBeUndefined();
  });
});

describe('the release manifest', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const trusted = verifierKey(
    'opdomain.example/release/manifests',
    signatureTypes.ed25519,
    publicKey.export({ format: 'der', type: 'spki' }).subarray(-32),
  );
  const files = [{ id: 'f', name: 'result.csv', bytes: 1000, digest: sha256('content') }];
  const lineage = { codeDigest: 'sha256:code', copies: [{ copyId: 'c', digest: 'sha256:copy' }], files: [] };
  const document = manifestOf({
    manifestId: 'm',
    request: {
      id: 'r',
      unitId: 'u',
      scenarioId: 's',
      requesterId: 'p',
      purpose: '信贷风控',
      recipient: '某银行',
      state: 'approved',
      files,
      createdAt: link.issuedAt,
    },
    files,
    authorisationId: 'a',
    policy: defaultExportPolicy,
    binding: bindingOf(files, defaultExportPolicy, lineage),
    lineage,
    checks: [{ check: 'reversibility', answer: 'pass', evidence: { verdict: 'not-reversible' }, items: [] }],
    decisions: [],
    releasedBy: 'q',
    releasedAt: link.issuedAt,
  });
  const signed = () =>
    signDocument(document, [{ keyName: 'opdomain.example/release/manifests', sign: (bytes) => sign(null, bytes, privateKey) }]);

  it('names scenario, recipient, purpose, code, snapshot and the reversibility verdict [EXP-03] [EXP-04]', () => {
    expect(document).toMatchObject({
      scenario: 's',
      recipient: '某银行',
      purpose: '信贷风控',
      code: 'sha256:code',
      snapshot: [{ copy: 'c' }],
      reversibility: { answer: 'pass', evidence: { verdict: 'not-reversible' } },
    });
  });

  it('verifies from the file and the public key alone, and refuses another byte [EXP-06]', async () => {
    const manifest = await signed();
    expect(verifyManifest(manifest, [trusted], { 'result.csv': sha256('content') })).toMatchObject({
      signedBy: ['opdomain.example/release/manifests'],
      files: [{ name: 'result.csv' }],
    });
    expect(() => verifyManifest(manifest, [trusted], { 'result.csv': sha256('other') })).toThrow(refusal('manifest.file-differs'));
    expect(() => verifyManifest({ ...manifest, document: { ...document, recipient: 'x' } }, [trusted])).toThrow(
      refusal('document.signature-invalid'),
    );
    expect(() => verifyManifest(manifest, [])).toThrow(refusal('document.no-trusted-signature'));
  });
});
