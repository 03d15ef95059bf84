import { defaultLimits } from '#platform/config';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { asDocument, auditPackageType, cosignatureBytes, cosignedMessage, formatNote, noteSignature, parseNote } from '#audit/offline';
import { documentDigest, formatVerifierKey, type JsonObject, signDocument, type VerifierKey } from '#kernel';
import { keyPair, SignedLog } from '../../../test/fixtures/signed-log.js';
import { runCommand } from '../program.js';

const folder = mkdtempSync(join(tmpdir(), 'opdomain-against-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const put = (name: string, content: unknown): string => {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content));
  return path;
};

const issuer = keyPair('opdomain.example/certificates/signing');
const packages = keyPair('opdomain.example/audit/packages');
const certificate = { type: 'opdomain.destruction-certificate/v1', domainId: 'd-1' };
const content = (log: SignedLog, size: number) =>
  asDocument({
    type: auditPackageType,
    caseId: 'c-1',
    issuedAt: '2026-03-01T00:00:00.000Z',
    period: { from: '2026-01-01T00:00:00.000Z', until: '2026-03-01T00:00:00.000Z' },
    filter: {},
    checkpoint: log.checkpoint(size),
    entries: [1, 4].map((index) => ({ index, entry: log.bundle(index, size).entry, inclusion: log.bundle(index, size).inclusion })),
    gaps: [],
  });

/** Twelve entries, each with the certificate's digest, so that any of them can stand for it. */
const entries = (mark: string) =>
  Array.from({ length: 12 }, (_, n) => ({ action: 'termination.certified', after: documentDigest(certificate), n, mark }));
const first = new SignedLog().append(...entries('shown to one'));
const second = new SignedLog().append(...entries('shown to another'));
const beside = new SignedLog('other.example/audit').append(...entries('another log'));
Object.assign(second, { log: first.log, witness: first.witness });
const trusted: VerifierKey[] = [...first.trusted, ...beside.trusted, issuer.key, packages.key];
const keys = put('trusted.keys', trusted.map((key) => `${formatVerifierKey(key)}\n`).join(''));

type Made = (log: SignedLog, size: number, index: number, name: string) => Promise<string> | string;
const makers = {
  checkpoint: (log, size, _, name) => put(name, log.checkpoint(size)),
  entry: (log, size, index, name) => put(name, log.bundle(index, size)),
  consistency: (log, size, _, name) => put(name, log.consistency(5, size)),
  document: async (log, size, index, name) =>
    put(name, {
      ...(await signDocument(certificate, [issuer.documentSigner])),
      inclusion: log.bundle(index, size) as unknown as JsonObject,
    }),
  'audit-package': async (log, size, _, name) => put(name, await signDocument(content(log, size), [packages.documentSigner])),
  'log-copy': (log, size, _, name) => {
    for (const [path, bytes] of log.files(size)) put(`${name}/${path}`, bytes);
    return join(folder, name);
  },
} as const satisfies Record<string, Made>;
type Kind = keyof typeof makers;
const kinds = Object.keys(makers) as Kind[];

async function verify(files: readonly string[], ...options: string[]) {
  let out = '';
  const terminal = { out: (text: string | Uint8Array) => void (out += String(text)), err: () => undefined, language: 'en' as const };
  const args = ['verify', ...files, '--key', keys, '--json', ...options];
  const code = await runCommand(args, terminal, {
    language: 'en',
    server: undefined,
    token: undefined,
    patience: defaultLimits.cli,
    folder: join(folder, 'home'),
  });
  const { verdicts } = JSON.parse(out) as { verdicts: { ok: boolean; findings: { code: string }[] }[] };
  return { code, oks: verdicts.map(({ ok }) => ok), codes: verdicts.flatMap(({ findings }) => findings.map((finding) => finding.code)) };
}
let made = 0;
const pair = async (a: readonly [Kind, SignedLog, number, number], b: readonly [Kind, SignedLog, number, number]) => {
  made += 1;
  return Promise.all([a, b].map(async ([kind, log, size, index], at) => makers[kind](log, size, index, `${String(made)}-${String(at)}`)));
};

const kind = fc.constantFrom(...kinds);
const size = fc.integer({ min: 6, max: 12 });
const index = fc.nat(5);

describe('files that are verified together', () => {
  it('show a fork of their log, whatever kinds they are of, by two roots of one size [AUD-04]', async () => {
    await fc.assert(
      fc.asyncProperty(kind, kind, size, index, async (a, b, of, at) => {
        const files = await pair([a, first, of, at], [b, second, of, (at + 1) % 6]);
        const { code, codes } = await verify(files);
        expect([code, codes.length > 0 && codes.every((one) => one === 'audit.consistency-fails')]).toEqual([1, true]);
        const alone = await Promise.all(files.map((file) => verify([file])));
        expect(alone.map((one) => one.code)).toEqual([0, 0]);
      }),
      { numRuns: 40 },
    );
  });

  it('show it also under checkpoints of different sizes, by two entries at one place or by a copy of the log [AUD-04]', async () => {
    const proving = fc.constantFrom<Kind>('entry', 'document', 'audit-package');
    await fc.assert(
      fc.asyncProperty(
        proving,
        fc.constantFrom<Kind>('entry', 'document', 'audit-package', 'log-copy'),
        size,
        size,
        fc.constantFrom(1, 4),
        async (a, b, one, other, at) => {
          fc.pre(one !== other);
          const { code } = await verify(await pair([a, first, one, at], [b, second, other, at]));
          expect(code).toBe(1);
          expect((await verify((await pair([a, first, one, at], [b, second, other, at])).reverse())).code).toBe(1);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('verify where they are of one history, at whatever sizes, and beside files of another log', async () => {
    await fc.assert(
      fc.asyncProperty(kind, kind, size, size, index, async (a, b, one, other, at) => {
        // A kept checkpoint is to lie within every copy that is given with it.
        const kept = [a, b].includes('checkpoint') && [a, b].includes('log-copy');
        const sizes = kept ? (a === 'checkpoint' ? [6, 12] : [12, 6]) : [one, other];
        const files = await pair([a, first, sizes[0] ?? 0, at], [b, first, sizes[1] ?? 0, (at + 1) % 6]);
        const more = kept ? [] : [makers.entry(beside, one, at, `beside-${String(made)}`)];
        expect((await verify([...files, ...more])).codes).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('fail for a fork of their own log alone', async () => {
    const forked = await pair(['entry', first, 7, 1], ['entry', second, 7, 2]);
    expect((await verify([...forked, makers.entry(beside, 7, 1, 'beside')])).oks).toEqual([false, false, true]);
  });
});

describe('an audit package', () => {
  it('that the log never issued is neither final nor cosigned from outside, nor under the SM2 signature [AUD-07]', async () => {
    const file = await makers['audit-package'](first, 12, 0, 'unlogged.json');
    expect((await verify([file])).code).toBe(0);
    expect((await verify([file], '--final')).codes).toEqual(['audit.not-final']);
    expect((await verify([file], '--external')).codes).toEqual(['audit.not-external']);
    expect((await verify([file], '--sm2')).codes).toEqual(['audit.no-sm2-signature']);
  });

  it('is both once the log issued it under a checkpoint of an outside witness', async () => {
    const log = new SignedLog();
    Object.assign(log, { log: first.log, witness: first.witness });
    log.append(...entries('shown to one'));
    const document = content(log, 12);
    log.append({ action: 'audit-case.issued', outcome: 'done', after: documentDigest(document) });
    const signed = await signDocument(document, [packages.documentSigner]);
    const under = (cosigned: boolean) => put('logged.json', { ...signed, inclusion: log.bundle(12, 13, cosigned) });
    expect((await verify([under(true)], '--final', '--external')).codes).toEqual([]);
    expect((await verify([under(false)], '--final', '--external')).codes).toEqual(['audit.not-final', 'audit.not-external']);
  });
});

describe('a cosignature of a time that has not been', () => {
  it('is refused, in whatever kind of file it stands [AUD-04]', async () => {
    const now = Math.floor(Date.now() / 1000);
    for (const seconds of [now + 3600, now + 86_400 * 365, 8_640_000_000_000]) {
      const later = new SignedLog();
      Object.assign(later, { log: first.log, witness: first.witness });
      later.append(...entries('shown to one'));
      later.checkpoint = (of) => {
        const { text, signatures } = parseNote(first.checkpoint(of, { cosigned: false }));
        const bytes = cosignatureBytes(seconds, first.witness.sign(cosignedMessage(text, seconds)));
        return formatNote({ text, signatures: [...signatures, noteSignature(first.witness.key, bytes)] });
      };
      for (const one of kinds) {
        // A copy's checkpoint is written by the copy itself.
        const path = await makers[one](later, 12, 1, `later-${one}-${String(seconds)}`);
        if (one === 'log-copy') put(`later-${one}-${String(seconds)}/checkpoint`, later.checkpoint(12));
        expect([one, seconds, (await verify([path])).codes]).toEqual([one, seconds, ['audit.cosignature-implausible']]);
      }
    }
  });
});
