import { Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';

/** Why an archive cannot be relied on. */
export type ZipFault = 'no-zip' | 'ole2' | 'zip64' | 'damaged' | 'too-large';

const [endMark, entryMark, localMark] = [0x06054b50, 0x02014b50, 0x04034b50];
const [endLength, longestComment, entryLength, localLength] = [22, 65_535, 46, 30];
/** Bytes that all its members unfold to at most; those that are read into memory, which are all but the sheets, have less. */
const [mostUnfolded, mostInMemory] = [16 * 1024 ** 3, 512 * 1024 ** 2];

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly data: Buffer;
}

/**
 * Unfolds every member once and compares its CRC-32 (APPNOTE 4.4.7): a reader of rows ends quietly where a damaged sheet does, and rows
 * would be missing without a word. Holds one block at a time.
 */
export async function zipFault(file: Buffer): Promise<ZipFault | undefined> {
  if (file.length >= 4 && file.readUInt32BE(0) === 0xd0cf11e0) return 'ole2';
  const entries = entriesOf(file);
  if (typeof entries === 'string') return entries;
  let [all, inMemory] = [0, 0];
  for (const { name, method, crc, data } of entries) {
    if (method !== 0 && method !== 8) return 'damaged';
    let sum = 0;
    try {
      for await (const block of method === 0 ? [data] : Readable.from([data]).pipe(createInflateRaw())) {
        const bytes = block as Buffer;
        sum = crc32(bytes, sum);
        all += bytes.length;
        if (!/^xl\/worksheets\//i.test(name)) inMemory += bytes.length;
        if (all > mostUnfolded || inMemory > mostInMemory) return 'too-large';
      }
    } catch {
      return 'damaged';
    }
    if (sum !== crc) return 'damaged';
  }
  return undefined;
}

function entriesOf(file: Buffer): Entry[] | ZipFault {
  const end = file.lastIndexOf(Buffer.from('PK\x05\x06'));
  if (end === -1 || end < file.length - endLength - longestComment || end + endLength > file.length) return 'no-zip';
  if (file.readUInt32LE(end) !== endMark) return 'no-zip';
  const count = file.readUInt16LE(end + 10);
  let at = file.readUInt32LE(end + 16);
  if (count === 0xffff || at === 0xffffffff) return 'zip64';
  const entries: Entry[] = [];
  for (let n = 0; n < count; n += 1) {
    if (at + entryLength > end || file.readUInt32LE(at) !== entryMark) return 'damaged';
    const [size, local] = [file.readUInt32LE(at + 20), file.readUInt32LE(at + 42)];
    if (size === 0xffffffff || local === 0xffffffff) return 'zip64';
    if (local + localLength > end || file.readUInt32LE(local) !== localMark) return 'damaged';
    const begin = local + localLength + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
    if (begin + size > end) return 'damaged';
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => file.readUInt16LE(at + offset)) as [number, number, number];
    const name = file.toString('utf8', at + entryLength, at + entryLength + nameLength);
    entries.push({ name, method: file.readUInt16LE(at + 10), crc: file.readUInt32LE(at + 16), data: file.subarray(begin, begin + size) });
    at += entryLength + nameLength + extra + comment;
  }
  return entries;
}
