import { defaultLimits } from '#platform/config';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { documentDigest, formatVerifierKey, type JsonObject, signDocument } from '#kernel';
import { keyPair, SignedLog } from '../../../test/fixtures/signed-log.js';
import { runCommand } from '../program.js';
import type { Language } from '../terminal.js';

const folder = mkdtempSync(join(tmpdir(), 'opdomain-verify-'));
const at = (name: string) => join(folder, name);
const write = (name: string, content: unknown): string => {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content));
  return at(name);
};
const certificate = { type: 'opdomain.destruction-certificate/v1', domainId: 'd-1' };
const issuer = keyPair('opdomain.example/certificates/signing');
const log = new SignedLog().append(...Array.from({ length: 299 }, (_, n) => ({ action: 'seat.granted', n })), {
  action: 'termination.certified',
  after: documentDigest(certificate),
});

async function run(args: readonly string[], language: Language = 'en') {
  let [out, err] = ['', ''];
  const terminal = { out: (text: string | Uint8Array) => void (out += String(text)), err: (text: string) => void (err += text), language };
  const code = await runCommand(args, terminal, {
    language,
    server: undefined,
    token: undefined,
    patience: defaultLimits.cli,
    folder: at('home'),
  });
  return { code, out, err };
}

beforeAll(async () => {
  write('trusted.keys', `# log, witness, documents\n${[...log.trusted, issuer.key].map(formatVerifierKey).join('\n')}\n`);
  write('entry.json', log.bundle(17));
  const signed = await signDocument(certificate, [issuer.documentSigner]);
  write('certificate.json', { ...signed, inclusion: log.bundle(299) as unknown as JsonObject });
  write('unlogged.json', signed);
  write('edited.json', { ...signed, document: { ...certificate, domainId: 'd-2' } });
  write('consistency.json', log.consistency(100, 300));
  write('kept-100', log.checkpoint(100));
  for (const [path, bytes] of log.files()) write(`copy/${path}`, bytes);
  const fork = new SignedLog(log.origin);
  Object.assign(fork, { log: log.log, witness: log.witness });
  fork.append(...Array.from({ length: 300 }, (_, n) => ({ forged: n })));
  write('fork-100', fork.checkpoint(100));
});
afterAll(() => rmSync(folder, { recursive: true }));
const verify = (...args: string[]) =>
  run(['verify', ...args.map((arg) => (arg.startsWith('-') ? arg : at(arg))), '--key', at('trusted.keys')]);

describe('opdomain verify', () => {
  it('verifies entry, certificate, consistency, checkpoint and a whole copy of the log from files alone [AUD-04] [DEST-03]', async () => {
    const { code, out } = await verify('entry.json', 'certificate.json', 'consistency.json', 'kept-100', 'copy');
    expect(code).toBe(0);
    expect(out.match(/verified/g)).toHaveLength(5);
    expect(out).toContain('certificate.json: document verified, final');
  });

  it('answers 1 for an edited certificate and says why in the language of the reader [DEST-03]', async () => {
    const english = await verify('edited.json');
    expect(english.code).toBe(1);
    expect(english.out).toContain('document.signature-invalid');
    const chinese = await run(['verify', at('edited.json'), '--key', at('trusted.keys')], 'zh');
    expect(chinese.out).toContain('未通过');
    expect(chinese.err).toContain('验证未通过');
  });

  it('names the position of a changed entry in a copy of the log [AUD-04]', async () => {
    const path = 'copy/tile/entries/000';
    const bytes = readFileSync(at(path));
    const changed = Buffer.from(bytes);
    changed.write('x', 5);
    write(path, changed);
    const { code, out } = await verify('copy', '--json');
    write(path, bytes);
    expect(code).toBe(1);
    const report = JSON.parse(out) as { ok: boolean; verdicts: { findings: { code: string; details: JsonObject }[] }[] };
    expect(report.verdicts[0]?.findings).toEqual(
      expect.arrayContaining([expect.objectContaining({ code: 'audit.entry-differs', details: { index: 0 } })]),
    );
  });

  it('shows a fork when a kept checkpoint does not fit the copy or another checkpoint [AUD-04]', async () => {
    const beside = await verify('kept-100', 'fork-100');
    expect(beside.code).toBe(1);
    expect(beside.out).toContain('audit.consistency-fails');
    const againstCopy = await verify('copy', 'fork-100');
    expect(againstCopy.code).toBe(1);
    expect(againstCopy.out).toContain('fork-100: checkpoint FAILED');
  });

  it('takes a document without its place in the log as valid but not final, and fails it with --final', async () => {
    const lenient = await verify('unlogged.json');
    expect([lenient.code, lenient.out.includes('not final yet')]).toEqual([0, true]);
    const strict = await verify('unlogged.json', '--final');
    expect([strict.code, strict.out.includes('audit.not-final')]).toEqual([1, true]);
    expect((await verify('certificate.json', '--final')).code).toBe(0);
  });

  it('answers 1 when only keys that nobody trusts signed', async () => {
    write('other.keys', formatVerifierKey(keyPair(log.origin).key));
    expect((await run(['verify', at('entry.json'), '--key', at('other.keys')])).code).toBe(1);
  });

  it('answers 2 for wrong usage, unreadable files and unreadable keys, and still shows what the other files say', async () => {
    write('broken.json', '{');
    write('other.json', '{"a":1}');
    write('bad.keys', 'nonsense');
    expect((await run(['verify', at('entry.json')])).code).toBe(2);
    expect((await run(['verify'])).code).toBe(2);
    expect((await run(['no-such-command'])).code).toBe(2);
    expect((await run(['verify', at('entry.json'), '--key', at('bad.keys')])).code).toBe(2);
    expect((await run(['verify', at('entry.json'), '--key', at('absent.keys')])).code).toBe(2);
    for (const file of ['broken.json', 'other.json', 'absent.json']) {
      const { code, out, err } = await verify('entry.json', file);
      expect([code, out.includes('verified'), err.includes(file)]).toEqual([2, true, true]);
    }
  });

  it('explains itself', async () => {
    const { code, out } = await run(['verify', '--help']);
    expect(code).toBe(0);
    for (const word of ['--key', '--final', 'Exit codes', 'Examples', '离线']) expect(out).toContain(word);
    expect((await run(['--help'])).out).toContain('verify');
  });
});

describe('the modules that are loaded', () => {
  const load = (...args: string[]): string[] => {
    const list = at('loaded');
    const root = process.cwd();
    execFileSync(
      process.execPath,
      [
        '--experimental-transform-types',
        '--no-warnings',
        '-C',
        'source',
        '--import',
        join(root, 'test/fixtures/loaded-modules.mjs'),
        'apps/cli/main.ts',
        ...args,
      ],
      { cwd: root, env: { ...process.env, LOADED_MODULES: list, NODE_OPTIONS: '' }, stdio: 'pipe' },
    );
    return readFileSync(list, 'utf8').split('\n');
  };

  it('hold neither Nest nor TypeORM, nor anything that opens a connection, for verify and for --help', () => {
    for (const args of [['--help'], ['verify', at('certificate.json'), '--key', at('trusted.keys'), '--final']]) {
      const loaded = load(...args);
      expect(loaded.some((url) => url.endsWith('apps/cli/main.ts'))).toBe(true);
      const heavy =
        /\/(@nestjs|typeorm|pg|ioredis|bullmq|openid-client|undici|@kubernetes|reflect-metadata)\/|^node:(http|https|net|tls|dgram)$/;
      expect(loaded.filter((url) => heavy.test(url))).toEqual([]);
    }
  });
});
