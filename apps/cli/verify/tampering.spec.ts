import { defaultLimits } from '#platform/config';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse, type ValueNode } from '@humanwhocodes/momoa';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from '#kernel';
import { evidenceSet, type EvidenceSet } from '../../../test/fixtures/evidence/evidence-set.js';
import { tamper } from '../../../test/fixtures/evidence/tampers.js';
import { runCommand } from '../program.js';

interface Row {
  readonly file: string;
  readonly change: string;
  readonly must: string;
  readonly indexes: readonly number[];
}
/** The table kept here, and the one that an outside verifier keeps, where it is at hand. */
const tables = ['test/fixtures/evidence/tampers.tsv', '../shared/cases/evidence/tampers.tsv'].filter((path) => existsSync(path));
const rows: Row[] = tables.flatMap((path) =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((row) => {
      const [file = '', change = '', must = '', , indexes = ''] = row.split('\t');
      return { file, change, must, indexes: indexes === '' ? [] : indexes.split(',').map(Number) };
    }),
);

const folder = mkdtempSync(join(tmpdir(), 'opdomain-tampers-'));
let set: EvidenceSet;
let made = 0;
const put = (path: string, bytes: Uint8Array | string): string => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return path;
};
beforeAll(async () => {
  set = await evidenceSet();
  put(join(folder, 'trusted.keys'), set.keys);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Finding {
  readonly code: string;
  readonly details: { index?: number; from?: number; to?: number };
}
/** Runs `opdomain verify` over a copy's files in a folder of their own, or over one file. */
async function verify(files: ReadonlyMap<string, Uint8Array>, ...options: string[]) {
  made += 1;
  const place = join(folder, String(made));
  for (const [path, bytes] of files) put(join(place, path), bytes);
  const isCopy = files.has('checkpoint') || [...files.keys()].some((path) => path.startsWith('tile/'));
  const target = isCopy ? place : join(place, [...files.keys()][0] ?? '');
  let out = '';
  const terminal = { out: (text: string | Uint8Array) => void (out += String(text)), err: () => undefined, language: 'en' as const };
  const args = ['verify', target, '--key', join(folder, 'trusted.keys'), '--json', ...options];
  const code = await runCommand(args, terminal, {
    language: 'en',
    server: undefined,
    token: undefined,
    patience: defaultLimits.cli,
    folder: join(folder, 'home'),
  });
  rmSync(place, { recursive: true });
  const verdicts = out === '' ? [] : (JSON.parse(out) as { verdicts: { findings: Finding[] }[] }).verdicts;
  return { code, findings: verdicts.flatMap(({ findings }) => findings) };
}
/** By its own index, or, where the evidence allows no more, by the run that it lies in. */
const names = (findings: readonly Finding[], index: number): boolean =>
  findings.some(({ details: { index: exact, from = 1, to = 0 } }) => exact === index || (from <= index && index <= to));

describe('what an outside verifier tampers with', () => {
  it('is a table of more than a hundred changes', () => {
    expect(rows.length).toBeGreaterThan(100);
  });
  it.each(rows)('$file, $change: $must [AUD-04] [DEST-03]', async ({ file, change, must, indexes }) => {
    const { code, findings } = await verify(tamper(set, file, change).files);
    expect(code === 0 ? 'accept' : 'refuse').toBe(must);
    expect(indexes.filter((index) => !names(findings, index))).toEqual([]);
  });
});

type Json = Record<string, unknown>;
const noteText = (note: unknown): unknown => (typeof note === 'string' ? note.slice(0, note.lastIndexOf('\n\n')) : note);
/** What a file says, without what proves nothing: keys it carries, and lines that stand below a note and may be dropped. */
function meaning(name: string, bytes: Buffer): string {
  if (!name.endsWith('.json')) return String(noteText(bytes.toString('latin1')));
  const bare = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const { keys: _, ...rest } = value as Json;
    const notes = ['checkpoint', 'first', 'second'].filter((member) => member in rest && !('type' in rest));
    return { ...rest, ...Object.fromEntries(notes.map((member) => [member, noteText(rest[member])])) };
  };
  const { inclusion, ...rest } = bare(JSON.parse(bytes.toString())) as Json;
  return canonicalJson({ ...rest, inclusion: Array.isArray(inclusion) ? inclusion : bare(inclusion) });
}

const mutations = {
  'a byte changed': (bytes: Buffer, at: number, byte: number) =>
    Buffer.concat([bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at + 1)]),
  'a byte more': (bytes: Buffer, at: number, byte: number) => Buffer.concat([bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at)]),
  'a byte less': (bytes: Buffer, at: number) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]),
};
const mutation = fc.record({
  kind: fc.constantFrom(...(Object.keys(mutations) as (keyof typeof mutations)[])),
  at: fc.nat(),
  // Often one that JSON, base64 or a note could take.
  byte: fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('0123456789abcdefABCDEF+/= "{}[],:\\-.eE\n\r\t'))),
});
/** Every object of a file's JSON, as the offset just behind its brace and its members' text. */
function objectsOf(node: ValueNode, text: string): { open: number; members: string[] }[] {
  if (node.type === 'Array') return node.elements.flatMap(({ value }) => objectsOf(value, text));
  if (node.type !== 'Object') return [];
  const members = node.members.map(({ range = [0, 0] }) => text.slice(...range));
  return [{ open: (node.range?.[0] ?? 0) + 1, members }, ...node.members.flatMap(({ value }) => objectsOf(value, text))];
}
const names6 = ['entry.json', 'receipt.json', 'manifest.json', 'certificate.json', 'consistency.json', 'package-all.json'];

describe('any change of one byte', () => {
  it('of a proof, document or package is refused, unless the file still says the same [DEST-03]', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names6), mutation, async (name, { kind, at, byte }) => {
        const before = set.files.get(name) ?? Buffer.alloc(0);
        const after = mutations[kind](before, at % before.length, byte);
        const { code } = await verify(new Map([[name, after]]));
        if (code === 0) expect(meaning(name, after)).toBe(meaning(name, before));
      }),
      { numRuns: 400 },
    );
  });

  it('of a file that a copy of the log needs is refused [AUD-04]', async () => {
    const paths = ['checkpoint', 'tile/0/000', 'tile/0/001.p/253', 'tile/1/000.p/1', 'tile/entries/001.p/253', 'sm3/001.p/253'];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), mutation, async (path, { kind, at, byte }) => {
        const before = set.copy.get(path) ?? Buffer.alloc(0);
        const after = mutations[kind](before, at % before.length, byte);
        fc.pre(Buffer.compare(before, after) !== 0);
        const { code } = await verify(new Map<string, Uint8Array>(set.copy).set(path, after));
        if (code === 0) expect([path, meaning(path, after)]).toEqual(['checkpoint', meaning(path, before)]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a member that stands twice or stands where the format has none', () => {
  const inObject = (change: (members: string[], pick: number) => string) =>
    fc.asyncProperty(fc.constantFrom(...names6), fc.nat(), fc.nat(), async (name, where, pick) => {
      const text = set.files.get(name)?.toString() ?? '';
      const objects = objectsOf(parse(text, { mode: 'json', ranges: true }).body, text).filter(({ members }) => members.length > 0);
      const { open, members } = objects[where % objects.length] ?? { open: 0, members: [] };
      const changed = `${text.slice(0, open)}${change(members, pick)},${text.slice(open)}`;
      expect([changed, (await verify(new Map([[name, Buffer.from(changed)]]))).code]).toEqual([changed, 1]);
    });

  it('is refused at every depth of every file, with the same value, another one, or its name spelled by escapes', async () => {
    const spelled = (name: string) => Array.from(name, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
    await fc.assert(
      inObject((members, pick) => {
        const member = members[pick % members.length] ?? '';
        const name = /^"([^"]*)"/.exec(member)?.[1] ?? '';
        return [member, `"${name}": null`, `"${spelled(name)}": 1`][pick % 3] ?? '';
      }),
      { numRuns: 150 },
    );
  });

  it('is refused at every depth of every file when no format has it', async () => {
    await fc.assert(
      inObject(
        (_, pick) => ['"note": "certified"', '"": 1', '"__proto__": {"index": 1}', '"constructor": {}', '"waiting": {}'][pick % 5] ?? '',
      ),
      { numRuns: 150 },
    );
  });
});

describe('what else a forger could try', () => {
  const inText = (name: string, from: string | RegExp, to: string) => Buffer.from(set.files.get(name)?.toString().replace(from, to) ?? '');
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  /** The log's Ed25519 signature with the group's order added to its scalar: the same equation, other bytes. */
  const nonCanonical = (note: Buffer): Buffer => {
    const [text = '', lines = ''] = note.toString().split('\n\n');
    const [dash, name, encoded = ''] = lines.split('\n')[0]?.split(' ') ?? [];
    const bytes = Buffer.from(encoded, 'base64');
    const scalar = BigInt(`0x${Buffer.from(bytes.subarray(36)).reverse().toString('hex')}`) + order;
    Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex').reverse().copy(bytes, 36);
    return Buffer.from(`${text}\n\n${String(dash)} ${String(name)} ${bytes.toString('base64')}\n${lines.split('\n').slice(1).join('\n')}`);
  };
  const checkpoint = (change: (note: Buffer) => Uint8Array) =>
    new Map<string, Uint8Array>([['checkpoint', change(set.copy.get('checkpoint') ?? Buffer.alloc(0))]]);
  const forgeries: Record<string, () => Map<string, Uint8Array>> = {
    'a byte order mark': () =>
      new Map([['entry.json', Buffer.concat([Buffer.from('\ufeff'), set.files.get('entry.json') ?? Buffer.alloc(0)])]]),
    'UTF-16': () => new Map([['entry.json', Buffer.from(set.files.get('entry.json')?.toString() ?? '', 'utf16le')]]),
    'an overlong UTF-8 sequence in a string': () => {
      const bytes = inText('entry.json', '"format": "', '"format": "opdomain');
      return new Map([['entry.json', Buffer.concat([bytes.subarray(0, 20), Buffer.of(0xc0, 0xaf), bytes.subarray(20)])]]);
    },
    'a whole number with a fraction of nothing': () => new Map([['entry.json', inText('entry.json', '"index": 180', '"index": 180.0')]]),
    'a whole number with an exponent': () => new Map([['entry.json', inText('entry.json', '"index": 180', '"index": 18e1')]]),
    'a number that is rounded to the same double': () =>
      new Map([['receipt.json', inText('receipt.json', '"cutWithinMs": 120', '"cutWithinMs": 120.00000000000000001')]]),
    'a negative zero': () => new Map([['package-all.json', inText('package-all.json', '"count": 0', '"count": -0')]]),
    'a digest in upper case': () => {
      const digest = /"sm3": "sm3:([0-9a-f]*)"/.exec(set.files.get('entry.json')?.toString() ?? '')?.[1] ?? '';
      return new Map([['entry.json', inText('entry.json', digest, digest.toUpperCase())]]);
    },
    'base64 with bits behind its end': () => {
      const text = set.files.get('receipt.json')?.toString() ?? '';
      const last = /(.)=",/.exec(text)?.[1] ?? '';
      return new Map([['receipt.json', Buffer.from(text.replace(`${last}=",`, `${String.fromCharCode(last.charCodeAt(0) + 1)}=",`))]]);
    },
    'base64 without its padding': () => new Map([['receipt.json', inText('receipt.json', /=",/, '",')]]),
    'brackets without end': () =>
      new Map([['entry.json', inText('entry.json', '"keys": [', `"keys": [${'['.repeat(20_000)}${']'.repeat(20_000)},`)]]),
    'a noncharacter': () => new Map([['manifest.json', inText('manifest.json', '结果', '结\uffff')]]),
    'a document in a document': () =>
      new Map([['receipt.json', inText('receipt.json', '"signatures":', '"documents": [{}], "signatures":')]]),
    'the proof of an entry beside a document': () =>
      new Map([['receipt.json', inText('receipt.json', '"signatures":', '"format": "opdomain-proof/v1", "signatures":')]]),
    'CR LF in a checkpoint': () => checkpoint((note) => Buffer.from(note.toString().replaceAll('\n', '\r\n'))),
    'a checkpoint with a byte order mark': () => checkpoint((note) => Buffer.concat([Buffer.from('\ufeff'), note])),
    'a signature line that is not UTF-8': () =>
      checkpoint((note) =>
        Buffer.concat([note, Buffer.from('— w'), Buffer.of(0xff), Buffer.from(` ${Buffer.alloc(68, 1).toString('base64')}\n`)]),
      ),
    'an Ed25519 scalar that is not reduced': () => checkpoint(nonCanonical),
    'a size in other digits': () => checkpoint((note) => Buffer.from(note.toString().replace('\n509\n', '\n0509\n'))),
    'an empty signature line': () => checkpoint((note) => Buffer.concat([note, Buffer.from('\n')])),
  };
  it.each(Object.keys(forgeries))('%s is refused', async (what) => {
    const files = forgeries[what]?.() ?? new Map<string, Uint8Array>();
    expect((await verify(files)).code).not.toBe(0);
    if (files.has('checkpoint')) expect((await verify(new Map([...set.copy, ...files]))).code).not.toBe(0);
  });

  it('names every differing entry of a copy, however many they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(508), { minLength: 1, maxLength: 20 }), async (changed) => {
        const forged = set.forged(changed);
        const files = new Map<string, Uint8Array>(set.copy);
        for (const path of ['tile/entries/000', 'tile/entries/001.p/253']) files.set(path, forged.get(path) ?? Buffer.alloc(0));
        const { findings } = await verify(files);
        const named = findings.filter(({ code }) => code === 'audit.entry-differs').map(({ details }) => details.index);
        expect(named).toEqual([...changed].sort((a, b) => a - b));
      }),
      { numRuns: 15 },
    );
  });
});

describe('what can be demanded beyond being true', () => {
  it('is the SM2 signature of the log, which a checkpoint may lack and whose key may be untrusted [AUD-04]', async () => {
    const [name, entry] = ['entry.json', set.files.get('entry.json') ?? Buffer.alloc(0)];
    expect((await verify(new Map([[name, entry]]), '--sm2')).code).toBe(0);
    const bare = JSON.parse(entry.toString()) as { checkpoint: string };
    const lines = bare.checkpoint.trimEnd().split('\n');
    const without = Buffer.from(JSON.stringify({ ...bare, checkpoint: `${lines.slice(0, -1).join('\n')}\n` }));
    expect((await verify(new Map([[name, without]]))).code).toBe(0);
    const { code, findings } = await verify(new Map([[name, without]]), '--sm2');
    expect([code, findings.map((finding) => finding.code)]).toEqual([1, ['audit.no-sm2-signature']]);
  });

  it('is a cosignature from outside: one by a key that the platform holds is final, and named as held [AUD-04]', async () => {
    const held = await evidenceSet('opdomain.example/audit/audit-admin');
    const outside = { ...set };
    const run = async (which: EvidenceSet, ...options: string[]) => {
      put(join(folder, 'trusted.keys'), which.keys);
      const answer = await verify(new Map([['receipt.json', which.files.get('receipt.json') ?? Buffer.alloc(0)]]), ...options);
      put(join(folder, 'trusted.keys'), set.keys);
      return [answer.code, answer.findings.map(({ code }) => code)];
    };
    expect(await run(held, '--final')).toEqual([0, []]);
    expect(await run(held, '--external')).toEqual([1, ['audit.not-external']]);
    expect(await run(outside, '--external')).toEqual([0, []]);
  });
});
