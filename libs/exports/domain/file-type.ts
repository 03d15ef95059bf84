import { fileTypeFromBuffer } from 'file-type';
import { encodingOf, type Encoding } from './text-encoding.js';
import { sniffDelimiter, type Delimiter } from './table-dialect.js';

/**
 * What a file is by its content; its name only ever adds checks.
 * `table` and `text` are read whole by the gate, `by-people` is left to the reviewers, `refused` never leaves.
 */
export type FileTyping =
  | { readonly treatment: 'table'; readonly kind: 'csv'; readonly encoding: Encoding; readonly delimiter: Delimiter }
  | { readonly treatment: 'text'; readonly kind: 'text' | 'json' | 'xml'; readonly encoding: Encoding }
  | { readonly treatment: 'by-people'; readonly kind: string }
  | { readonly treatment: 'refused'; readonly kind: string; readonly finding: RefusedBecause };
export type RefusedBecause =
  'executable-format' | 'active-content' | 'encrypted' | 'archive' | 'unread-table' | 'unknown-format' | 'empty-file';

export interface FileSample {
  readonly name: string;
  readonly size: number;
  /** The first bytes, 64 KiB or the whole file. */
  readonly head: Uint8Array;
  /** The last bytes, 64 KiB or the whole file. */
  readonly tail: Uint8Array;
}
export const sampleBytes = 64 * 1024;

const refused = (kind: string, finding: RefusedBecause): FileTyping => ({ treatment: 'refused', kind, finding });
const latin = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');

/** Formats that run code when they are opened (engines.md: models as ONNX or safetensors, never pickle), by their first bytes. */
const binaryExecutables: readonly (readonly [kind: string, ...first: readonly number[]])[] = [
  ...[2, 3, 4, 5].map((protocol) => ['pickle', 0x80, protocol] as const),
  ['elf', 0x7f, 0x45, 0x4c, 0x46],
  ['pe', 0x4d, 0x5a],
  ['mach-o', 0xfe, 0xed, 0xfa],
  ['mach-o', 0xce, 0xfa, 0xed, 0xfe],
  ['mach-o', 0xcf, 0xfa, 0xed, 0xfe],
  ['java-class', 0xca, 0xfe, 0xba, 0xbe],
  ['wasm', 0x00, 0x61, 0x73, 0x6d],
  ['numpy', 0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59],
  ['hdf5', 0x89, 0x48, 0x44, 0x46],
  ['ole', 0xd0, 0xcf, 0x11, 0xe0],
];
const beginsWith = (head: Uint8Array, first: readonly number[]): boolean => first.every((byte, index) => head[index] === byte);
const textExecutables: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ['script', /^\uFEFF?\s*(?:#!|<\?php|@echo off|<script\b|<job\b)/i],
  ['postscript', /^%!PS/],
  ['rtf', /^\{\\rtf/],
  ['pickle', /^(?:c[\w.]+\n[\w.]+\n|\((?:dp|lp|c|i)\w*\n)/],
];
const activeMarkup = /<script\b|<object\b|<embed\b|<iframe\b|<foreignObject\b|\son\w+\s*=|javascript:|<!ENTITY/i;
const encryptedText = /^-----BEGIN (?:PGP MESSAGE|ENCRYPTED|AGE ENCRYPTED|PKCS7)/;
const archives = new Set([
  'zip',
  'gz',
  'bz2',
  'xz',
  'zst',
  'tar',
  '7z',
  'rar',
  'lz',
  'lz4',
  'cab',
  'ar',
  'deb',
  'rpm',
  'jar',
  'apk',
  'iso',
  'tar.gz',
  'cpio',
  'arj',
  'Z',
  'ace',
  'crx',
  'xpi',
  'xlsx',
  'docx',
  'pptx',
  'odt',
  'ods',
  'odp',
  'epub',
]);
const macroDocuments = new Set(['xlsm', 'docm', 'pptm', 'xltm', 'dotm', 'potm', 'ppsm']);
const executableExtensions = new Set(['exe', 'elf', 'macho', 'class', 'wasm', 'swf', 'lnk', 'dex', 'chm', 'reg', 'pyc', 'nes', 'blend']);
/** Tables that the gate can't read row by row: what is untested for raw rows doesn't leave (EXP-03). */
const unreadTables = new Set(['parquet', 'arrow', 'avro', 'sqlite']);
const shownByPeople = new Set(['png', 'jpg', 'gif', 'webp', 'tif', 'bmp', 'avif']);

function typeOfPdf(sample: FileSample): FileTyping {
  const seen = latin(sample.head) + latin(sample.tail);
  if (/\/Encrypt\b/.test(seen)) return refused('pdf', 'encrypted');
  if (/\/(?:JavaScript|JS|Launch|EmbeddedFile|RichMedia|OpenAction)\b/.test(seen)) return refused('pdf', 'active-content');
  return { treatment: 'by-people', kind: 'pdf' };
}

function typeOfText(sample: FileSample, encoding: Encoding): FileTyping {
  const text = new TextDecoder(encoding).decode(sample.head, { stream: sample.size > sample.head.length });
  const script = textExecutables.find(([, pattern]) => pattern.test(text));
  if (script !== undefined) return refused(script[0], 'executable-format');
  if (encryptedText.test(text)) return refused('encrypted-text', 'encrypted');
  const start = text.trimStart();
  if (/^<(?:\?xml|!doctype|html|svg|\w+[\s>])/i.test(start)) {
    return activeMarkup.test(text) ? refused('markup', 'active-content') : { treatment: 'text', kind: 'xml', encoding };
  }
  const delimiter = sniffDelimiter(text, { whole: sample.size <= sample.head.length, named: /\.(?:csv|tsv)$/i.test(sample.name) });
  if (delimiter !== undefined && !/^[[{]/.test(start)) return { treatment: 'table', kind: 'csv', encoding, delimiter };
  return { treatment: 'text', kind: /^[[{]/.test(start) ? 'json' : 'text', encoding };
}

/** safetensors: eight bytes of header length (little-endian), then a JSON object. */
const isSafetensors = ({ head, size }: FileSample): boolean => {
  if (head.length < 10) return false;
  const length = Buffer.from(head.buffer, head.byteOffset, 8).readBigUInt64LE();
  return length > 1n && length < BigInt(size) && head[8] === 0x7b;
};

export async function typeOf(sample: FileSample): Promise<FileTyping> {
  if (sample.size === 0) return refused('empty', 'empty-file');
  const start = latin(sample.head.subarray(0, 1024));
  if (start.includes('%PDF-')) return typeOfPdf(sample);
  const binary = binaryExecutables.find(([, ...first]) => beginsWith(sample.head, first));
  const encoding = encodingOf(sample.head, sample.size <= sample.head.length);
  if (binary !== undefined && encoding === undefined) return refused(binary[0], 'executable-format');
  if (encoding !== undefined) return typeOfText(sample, encoding);
  if (start.startsWith('age-encryption.org/')) return refused('age', 'encrypted');
  if (isSafetensors(sample)) return { treatment: 'by-people', kind: 'safetensors' };
  const found = (await fileTypeFromBuffer(sample.head))?.ext;
  if (found === undefined) return refused('unknown', 'unknown-format');
  if (macroDocuments.has(found)) return refused(found, 'active-content');
  if (executableExtensions.has(found)) return refused(found, 'executable-format');
  if (archives.has(found)) return refused(found, 'archive');
  if (unreadTables.has(found)) return refused(found, 'unread-table');
  if (found === 'pgp') return refused(found, 'encrypted');
  return shownByPeople.has(found) ? { treatment: 'by-people', kind: found } : refused(found, 'unknown-format');
}
