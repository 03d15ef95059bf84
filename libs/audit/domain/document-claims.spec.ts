import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  addMs,
  documentDigest,
  documentOrders,
  documentTypes,
  issuingActions,
  type JsonObject,
  logOfInstallation,
  parseSignedDocument,
  type Refusal,
  signatureTypes,
  signDocument,
  signingRoles,
  waitingFor,
} from '#kernel';
import { inOrder, valueAt } from '../../../test/fixtures/document-times.js';
import { keyPair, SignedLog } from '../../../test/fixtures/signed-log.js';
import { asDocument, auditPackageType, verifyAuditPackage } from './audit-package.js';
import { verifyDocument } from './bundle.js';
import { assertTimely, clockToleranceMs, verifyCheckpoint } from './checkpoint.js';
import { cosignatureBytes, cosignedMessage } from './cosignature.js';
import { verifyLogCopy } from './log-copy.js';
import { formatNote, noteSignature, parseNote } from './signed-note.js';

const installation = 'opdomain.example';
const codeOf = (act: () => unknown): string => {
  try {
    act();
    return 'taken';
  } catch (error) {
    return (error as Refusal).code;
  }
};
type DocumentType = (typeof documentTypes)[number];

/** A document of a type, signed for an installation, whose proof is of an entry like this in a log of that name. */
async function filed(
  type: DocumentType,
  entry: JsonObject,
  { by = installation, log = logOfInstallation(by), witness = 'w.example' } = {},
) {
  const { document } = inOrder(type);
  const signer = keyPair(`${by}/${signingRoles[type]}`);
  const tree = new SignedLog(log, witness).append({ action: 'seat.granted' }, { after: documentDigest(document), ...entry });
  const signed = await signDocument(document, [signer.documentSigner]);
  return {
    trusted: [...tree.trusted, signer.key],
    tree,
    signed,
    file: (cosigned = true) => ({ ...signed, inclusion: tree.bundle(1, 2, cosigned) as unknown as JsonObject }),
  };
}
const anyType = fc.constantFrom(...documentTypes);

describe('the entry that a document points to', () => {
  it('is one of the act that issues documents of its type, and of one that was done [DEST-03]', async () => {
    const actions = fc.constantFrom(...Object.values(issuingActions), 'organisation.registered', 'termination.certificate-read', '');
    const outcomes = fc.constantFrom('done', 'refused', 'read', 'intent', 'outcome', undefined, null, 1);
    await fc.assert(
      fc.asyncProperty(
        anyType,
        fc.oneof(
          actions,
          anyType.map((type) => issuingActions[type]),
        ),
        outcomes,
        async (type, action, outcome) => {
          const { file, trusted } = await filed(type, { action, ...(outcome === undefined ? {} : { outcome }) });
          const isIssued = action === issuingActions[type] && (outcome === undefined || outcome === 'done');
          expect(codeOf(() => verifyDocument(file(), trusted))).toBe(isIssued ? 'taken' : 'audit.entry-issues-other');
        },
      ),
      { numRuns: 150 },
    );
    for (const type of documentTypes) {
      const { file, trusted } = await filed(type, { action: issuingActions[type], outcome: 'done' });
      expect(verifyDocument(file(), trusted).final).toBe(true);
    }
  });

  it('stands in the log of the installation that signed, also where both are trusted [DEST-03]', async () => {
    const names = fc.constantFrom('a.example', 'b.example', 'b.example/a.example', 'a.example/audit');
    await fc.assert(
      fc.asyncProperty(anyType, names, names, async (type, by, of) => {
        const { file, trusted } = await filed(type, { action: issuingActions[type] }, { by, log: logOfInstallation(of) });
        expect(codeOf(() => verifyDocument(file(), trusted))).toBe(by === of ? 'taken' : 'audit.checkpoint-foreign');
      }),
      { numRuns: 60 },
    );
  });
});

describe('what a document says that it waits for', () => {
  it('is missing: a proof where there is one, or a cosignature that is there, is not waited for [DEST-03]', async () => {
    const [entry, type] = [{ action: 'termination.certified' }, 'opdomain.destruction-certificate/v1'] as const;
    const held = await filed(type, entry, { witness: 'opdomain.example/audit/audit-admin' });
    const external = await filed(type, entry);
    const files = {
      'no proof': [held.signed, held.trusted, ['sequencing', 'checkpoint']],
      'no cosignature': [held.file(false), held.trusted, ['held-cosignature', 'external-cosignature']],
      'a held one': [held.file(), held.trusted, ['external-cosignature']],
      'an outside one': [external.file(), external.trusted, []],
    } as const;
    for (const [what, [file, trusted, possible]] of Object.entries(files))
      for (const step of waitingFor) {
        const code = codeOf(() => verifyDocument(parseSignedDocument({ ...file, waiting: { for: step } }), trusted));
        expect([what, step, code === 'taken']).toEqual([what, step, possible.some((one) => one === step)]);
      }
  });
});

/** The note cosigned at these seconds, in this order. */
function cosignedAt(log: SignedLog, ...moments: readonly number[]): string {
  const { text, signatures } = parseNote(log.checkpoint(log.entries.length, { cosigned: false }));
  const lines = moments.map((s) => noteSignature(log.witness.key, cosignatureBytes(s, log.witness.sign(cosignedMessage(text, s)))));
  return formatNote({ text, signatures: [...signatures, ...lines] });
}
const lastSecond = 8_640_000_000_000;

describe('a cosignature', () => {
  const now = '2026-11-29T00:00:00.000Z';
  const seconds = Date.parse(now) / 1000;
  const tolerance = clockToleranceMs / 1000;
  const around = fc.oneof(
    fc.integer({ min: seconds - 2 * tolerance, max: seconds + 2 * tolerance }),
    fc.constantFrom(0, seconds - tolerance, seconds - tolerance - 1, seconds + tolerance, seconds + tolerance + 1, lastSecond),
  );

  it('is not later than now, beyond what clocks may differ, whichever of its lines says so [AUD-04]', () => {
    const log = new SignedLog().append({ n: 1 });
    fc.assert(
      fc.property(fc.array(around, { minLength: 1, maxLength: 3 }), (moments) => {
        const checkpoint = verifyCheckpoint(cosignedAt(log, ...moments), log.trusted);
        const late = moments.some((moment) => moment > seconds + tolerance);
        expect(codeOf(() => assertTimely(checkpoint, { until: now }))).toBe(late ? 'audit.cosignature-implausible' : 'taken');
      }),
    );
  });

  it('is not earlier than the document says that it was issued, of whatever type [DEST-03]', async () => {
    for (const type of documentTypes) {
      const { signed, trusted, tree } = await filed(type, { action: issuingActions[type] });
      const issued = Date.parse(valueAt(signed.document, documentOrders[type].issued)) / 1000;
      for (const [moment, wanted] of [
        [issued - tolerance - 1, 'audit.cosignature-implausible'],
        [issued - tolerance, 'taken'],
      ] as const) {
        const file = { ...signed, inclusion: { ...tree.bundle(1), checkpoint: cosignedAt(tree, moment) } as unknown as JsonObject };
        expect([type, moment, codeOf(() => verifyDocument(file, trusted))]).toEqual([type, moment, wanted]);
      }
    }
  });

  it('is not earlier than an entry that it covers, of a document, alone, in a package or in a copy of the log [AUD-04] [AUD-07]', async () => {
    const type = 'opdomain.destruction-certificate/v1';
    const { signed, trusted, tree } = await filed(type, { action: 'termination.certified', recordedAt: now });
    const packages = keyPair(`${installation}/audit/packages`);
    await fc.assert(
      fc.asyncProperty(around, async (moment) => {
        const inclusion = { ...tree.bundle(1), checkpoint: cosignedAt(tree, moment) };
        const early = moment < seconds - tolerance;
        const wanted = early ? 'audit.cosignature-implausible' : 'taken';
        const file = { ...signed, inclusion: inclusion as unknown as JsonObject };
        expect(codeOf(() => verifyDocument(file, trusted))).toBe(wanted);
        const { index, entry, inclusion: path, checkpoint } = inclusion;
        const files = tree.files().set('checkpoint', Buffer.from(checkpoint));
        const { findings } = verifyLogCopy((name) => files.get(name), trusted);
        expect(findings.map(({ code }) => code)).toEqual(early ? [wanted] : []);
        const content = packageOf({ checkpoint, entries: [{ index, entry, inclusion: path }] });
        const chosen = await signDocument(content, [packages.documentSigner]);
        expect(codeOf(() => verifyAuditPackage(chosen, [...trusted, packages.key]))).toBe(wanted);
      }),
    );
  });

  it('that stands twice is one: a repeated line is legal and counts no second witness', () => {
    const log = new SignedLog().append({ n: 1 });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 8 }), (moments) => {
        const { cosignedBy } = verifyCheckpoint(cosignedAt(log, ...moments), log.trusted);
        const times = cosignedBy.map(({ at }) => Date.parse(at) / 1000);
        expect(times).toEqual([...new Set(moments)]);
      }),
    );
  });
});

interface Parts {
  readonly checkpoint: string;
  readonly entries?: { readonly index: number; readonly entry: string; readonly inclusion: string[] }[];
}
const packageOf = ({ checkpoint, entries = [] }: Parts) =>
  asDocument({
    type: auditPackageType,
    caseId: 'c-1',
    issuedAt: '2026-03-01T00:00:00.000Z',
    period: { from: '2026-01-01T00:00:00.000Z', until: addMs('2026-03-01T00:00:00.000Z', -1) },
    filter: {},
    checkpoint,
    entries,
    gaps: [],
  });

describe('an audit package', () => {
  const packages = keyPair(`${installation}/audit/packages`, signatureTypes.ed25519);

  it('is final only by its own entry, and by the checkpoint in it as well [AUD-07]', async () => {
    for (const [inner, outer] of [
      [true, true],
      [true, false],
      [false, true],
      [true, undefined],
    ] as const) {
      const log = new SignedLog().append({ n: 1 }, { n: 2 });
      const content = packageOf({ checkpoint: log.checkpoint(2, { cosigned: inner }) });
      log.append({ action: 'audit-case.issued', after: documentDigest(content) });
      const signed = await signDocument(content, [packages.documentSigner]);
      const inclusion = outer === undefined ? {} : { inclusion: log.bundle(2, 3, outer) as unknown as JsonObject };
      const { final } = verifyAuditPackage({ ...signed, ...inclusion }, [...log.trusted, packages.key]);
      expect([inner, outer, final]).toEqual([inner, outer, inner && outer === true]);
    }
  });

  it('was issued after the checkpoint that it carries, in the same log [AUD-07]', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.nat(8), async (size, place) => {
        const tree = new SignedLog().append(...Array.from({ length: 8 }, (_, n) => ({ n })));
        const content = packageOf({ checkpoint: tree.checkpoint(size) });
        // The log that is shown for the package is another one than that of its checkpoint where its entry lies under it.
        const other = new SignedLog();
        Object.assign(other, { log: tree.log, witness: tree.witness });
        other.append(...Array.from({ length: 9 }, (_, n) => ({ n })));
        other.entries[place] = Buffer.from(`{"action":"audit-case.issued","after":"${documentDigest(content)}"}`);
        const signed = await signDocument(content, [packages.documentSigner]);
        const file = { ...signed, inclusion: other.bundle(place) as unknown as JsonObject };
        const code = codeOf(() => verifyAuditPackage(file, [...tree.trusted, packages.key]));
        expect(code).toBe(place < size ? 'audit.package-before-checkpoint' : 'taken');
      }),
    );
  });

  it('carries a checkpoint of the log of who signed it', async () => {
    const foreign = new SignedLog('b.example/audit').append({ n: 1 });
    const signed = await signDocument(packageOf({ checkpoint: foreign.checkpoint() }), [packages.documentSigner]);
    expect(codeOf(() => verifyAuditPackage(signed, [...foreign.trusted, packages.key]))).toBe('audit.checkpoint-foreign');
  });
});
