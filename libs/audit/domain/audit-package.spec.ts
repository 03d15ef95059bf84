import { describe, expect, it } from '@jest/globals';
import { signDocument } from '#kernel';
import { keyPair, SignedLog } from '../../../test/fixtures/signed-log.js';
import { asDocument, type AuditPackage, auditPackageType, verifyAuditPackage } from './audit-package.js';

const log = new SignedLog().append(...Array.from({ length: 20 }, (_, n) => ({ action: 'export.released', n })));
const issuer = keyPair('opdomain.example/audit/packages');
const trusted = [...log.trusted, issuer.key];
const entryAt = (index: number) => {
  const { entry, inclusion } = log.bundle(index);
  return { index, entry, inclusion };
};
const content = (indexes: readonly number[]): AuditPackage => ({
  type: auditPackageType,
  caseId: 'c-1',
  issuedAt: '2026-11-21T08:00:00.000Z',
  period: { from: '2026-11-01T00:00:00.000Z', until: '2026-11-21T00:00:00.000Z' },
  filter: { unitId: 'u-1' },
  checkpoint: log.checkpoint(),
  entries: indexes.map(entryAt),
  gaps: [{ what: 'entries not under a checkpoint yet', count: 2 }],
});
const signed = (value: AuditPackage) => signDocument(asDocument(value), [issuer.documentSigner]);

describe('an audit package', () => {
  it('verifies offline with every entry in its place and states its gaps [AUD-07]', async () => {
    const verified = verifyAuditPackage(await signed(content([3, 7, 19])), trusted);
    expect(verified.entries.map(({ n }) => n)).toEqual([3, 7, 19]);
    expect(verified.content.gaps).toEqual([{ what: 'entries not under a checkpoint yet', count: 2 }]);
    expect(verified.checkpoint.cosignedBy).toHaveLength(1);
  });

  it('is refused when an entry was edited, moved, doubled or taken out [AUD-07]', async () => {
    const whole = content([3, 7, 19]);
    const [first, second] = [entryAt(3), entryAt(7)];
    const edited = { ...whole, entries: [{ ...first, entry: first.entry.replace('3', '4') }, second] };
    const moved = { ...whole, entries: [{ ...first, index: 4 }, second] };
    await expect(signed(edited).then((value) => verifyAuditPackage(value, trusted))).rejects.toThrow('audit.inclusion-fails');
    await expect(signed(moved).then((value) => verifyAuditPackage(value, trusted))).rejects.toThrow('audit.inclusion-fails');
    await expect(signed({ ...whole, entries: [first, first] }).then((value) => verifyAuditPackage(value, trusted))).rejects.toThrow(
      'audit.entry-differs',
    );
    const original = await signed(whole);
    const shortened = { ...original, document: asDocument({ ...whole, entries: [first] }) };
    expect(() => verifyAuditPackage(shortened, trusted)).toThrow('document.signature-invalid');
  });
});
