/**
 * Functions of SQL that DuckDB has not: keyed digests and a format-preserving cipher, computed for a chunk of values at a time. Loaded by
 * `child.ts`; like that, nothing but erasable types and bare imports.
 */
import { DuckDBScalarFunction, UUID, VARCHAR, type DuckDBConnection, type DuckDBDataChunk } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import { createCipheriv, createHmac, hash } from 'node:crypto';
import type { JobFrame } from './frames.js';
import type { CipherStep, KeyedStep } from './job.js';

/** What of the platform's WebAssembly is used; its types come with a browser's. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A value comes in pieces that DuckDB stores in place, without a pointer that would have to be followed: 12 bytes each. */
const pieces = 3;
const pieceBytes = 12;
const pieceSlot = 16;

/** Computes HMACs of texts that were written into slots of `pieces * pieceBytes` bytes, one after another. */
type Digests = (texts: Uint8Array, lengths: Uint32Array, count: number, out: Uint32Array) => void;

const digestBytes = 32;
function oneByOne(algorithm: string, key: Buffer): (text: Uint8Array) => Buffer {
  const inner = Buffer.alloc(64, 0x36);
  const outer = Buffer.alloc(64 + digestBytes, 0x5c);
  key.forEach((byte, i) => {
    inner[i] = 0x36 ^ byte;
    outer[i] = 0x5c ^ byte;
  });
  return (text) => {
    hash(algorithm, Buffer.concat([inner, text]), 'buffer').copy(outer, 64);
    return hash(algorithm, outer, 'buffer');
  };
}

/** State after the first block of each hash: a key costs nothing more for each value. */
interface Sm3 {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly bytes: (state: number, message: number, out: number) => void;
  readonly words: (state: number, message: number, out: number) => void;
}
const sm3Start = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];
/** Addresses in the module's memory, in bytes. Four messages lie side by side: word w of message l at 4 w + l. */
const [start, innerState, outerState, message, second, result] = [0, 128, 256, 512, 1024, 2048];

/** Four values at once, one in each lane of a vector. */
function sm3Digests(module: Buffer<ArrayBuffer>, key: Buffer): Digests {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module));
  const sm3 = exports as unknown as Sm3;
  const memory = new Uint32Array(sm3.memory.buffer);
  const spread = (address: number, words: readonly number[]): void => {
    words.forEach((word, w) => memory.fill(word, address / 4 + 4 * w, address / 4 + 4 * w + 4));
  };
  const bytes = (fill: number): number[] => {
    const block = Buffer.alloc(64, fill);
    key.forEach((byte, i) => (block[i] = fill ^ byte));
    return Array.from({ length: 16 }, (_, w) => block.readUInt32LE(4 * w));
  };
  spread(start, sm3Start);
  for (const [fill, state] of [
    [0x36, innerState],
    [0x5c, outerState],
  ] as const) {
    spread(message, bytes(fill));
    sm3.bytes(start, message, state);
  }
  spread(second, [0, 0, 0, 0, 0, 0, 0, 0, 0x80000000, 0, 0, 0, 0, 0, 0, (64 + digestBytes) * 8]);
  const [from, to] = [message / 4, result / 4];
  return (texts, lengths, count, out) => {
    const words = new Uint32Array(texts.buffer, texts.byteOffset, texts.byteLength / 4);
    const perText = (pieces * pieceBytes) / 4;
    for (let first = 0; first < count; first += 4) {
      memory.fill(0, from, from + 64);
      const last = Math.min(4, count - first);
      for (let lane = 0; lane < last; lane++) {
        const length = lengths[first + lane] ?? 0;
        const at = (first + lane) * perText;
        for (let w = 0; w < perText; w++) memory[from + 4 * w + lane] = words[at + w] ?? 0;
        const end = from + 4 * (length >> 2) + lane;
        memory[end] = (memory[end] ?? 0) | (0x80 << (8 * (length & 3)));
        const bits = (64 + length) * 8;
        memory[from + 60 + lane] = ((bits & 0xff) << 24) | ((bits & 0xff00) << 8);
      }
      sm3.bytes(innerState, message, second);
      sm3.words(outerState, second, result);
      for (let lane = 0; lane < last; lane++) for (let w = 0; w < 8; w++) out[8 * (first + lane) + w] = memory[to + 4 * w + lane] ?? 0;
    }
  };
}

/** The length of a text of which a piece is not stored in place. */
const elsewhere = 0xffffffff;

/** What a chunk's first columns hold in place, one text after another in slots of the same size. */
class Pieces {
  texts = new Uint8Array(0);
  lengths = new Uint32Array(0);
  readonly columns: number;
  readonly width: number;

  constructor(columns: number) {
    this.columns = columns;
    this.width = columns * pieceBytes;
  }

  read(chunk: DuckDBDataChunk, from = 0): void {
    const count = chunk.rowCount;
    if (this.lengths.length < count) [this.texts, this.lengths] = [new Uint8Array(count * this.width), new Uint32Array(count)];
    const { texts, lengths, width } = this;
    texts.fill(0);
    lengths.fill(0);
    for (let p = 0; p < this.columns; p++) {
      const data = duckdb.vector_get_data(duckdb.data_chunk_get_vector(chunk.chunk, from + p), count * pieceSlot);
      const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
      for (let i = 0; i < count; i++) {
        const bytes = view.getUint32(i * pieceSlot, true);
        if (bytes > pieceBytes) {
          lengths[i] = elsewhere;
          continue;
        }
        if (lengths[i] === elsewhere) continue;
        const at = i * width + (lengths[i] ?? 0);
        for (let b = 0; b < bytes; b++) texts[at + b] = data[i * pieceSlot + 4 + b] ?? 0;
        lengths[i] = (lengths[i] ?? 0) + bytes;
      }
    }
  }
}

const rawOf = (output: unknown): Parameters<typeof duckdb.copy_data_to_vector>[0] =>
  (output as { vector: Parameters<typeof duckdb.copy_data_to_vector>[0] }).vector;

/**
 * The first or the second half of a keyed digest, as a UUID: sixteen bytes that DuckDB keeps in place and writes as hex by itself. A text
 * that does not fit into the pieces comes whole and is hashed alone.
 */
function keyedFunction(name: string, half: 0 | 1, many: Digests, one: (text: Uint8Array) => Buffer): DuckDBScalarFunction {
  const given = new Pieces(pieces);
  let digests = new Uint32Array(0);
  const run = (chunk: DuckDBDataChunk, output: unknown): void => {
    const count = chunk.rowCount;
    given.read(chunk);
    if (digests.length < count * 8) digests = new Uint32Array(count * 8);
    const whole = duckdb.vector_get_data(duckdb.data_chunk_get_vector(chunk.chunk, pieces), count * pieceSlot);
    const bytes = new DataView(whole.buffer, whole.byteOffset, whole.byteLength);
    const long: number[] = [];
    for (let i = 0; i < count; i++) {
      if (given.lengths[i] === bytes.getUint32(i * pieceSlot, true)) continue;
      long.push(i);
      given.lengths[i] = 0;
    }
    many(given.texts, given.lengths, count, digests);
    const texts = long.length === 0 ? undefined : chunk.getColumnVector(pieces);
    for (const i of long) {
      const text = texts?.getItem(i);
      if (typeof text !== 'string') continue;
      const digest = one(Buffer.from(text));
      for (let w = 0; w < 8; w++) digests[8 * i + w] = digest.readUInt32BE(4 * w);
    }
    const made = new Uint32Array(count * 4);
    for (let i = 0; i < count; i++) {
      // Stored as a signed number of 128 bits, least word first, so that it sorts: the topmost bit is turned over.
      for (let w = 0; w < 4; w++) made[4 * i + 3 - w] = digests[8 * i + 4 * half + w] ?? 0;
      made[4 * i + 3] = (made[4 * i + 3] ?? 0) ^ 0x80000000;
    }
    duckdb.copy_data_to_vector(rawOf(output), 0, made.buffer, 0, made.byteLength);
  };
  return DuckDBScalarFunction.create({
    name,
    parameterTypes: [...Array.from({ length: pieces }, () => VARCHAR), VARCHAR],
    returnType: UUID,
    mainFunction: (_, chunk, output) => {
      run(chunk, output);
    },
  });
}

async function registerDigest(connection: DuckDBConnection, job: JobFrame, step: KeyedStep, key: Buffer): Promise<void> {
  const one = oneByOne(step.algorithm, key);
  const alone: Digests = (texts, lengths, count, out) => {
    for (let i = 0; i < count; i++) {
      const at = i * pieces * pieceBytes;
      const digest = one(texts.subarray(at, at + (lengths[i] ?? 0)));
      for (let w = 0; w < 8; w++) out[8 * i + w] = digest.readUInt32BE(4 * w);
    }
  };
  const many = step.algorithm === 'sm3' ? sm3Digests(Buffer.from(job.sm3 ?? '', 'base64'), key) : alone;
  const halves = step.hexLength > 32 ? ([0, 1] as const) : ([0] as const);
  for (const half of halves) connection.registerScalarFunction(keyedFunction(`${step.name}_${String(half)}`, half, many, one));
  // Pieces by characters: of more than twelve bytes, or of a longer text, the whole is read, which is there as well.
  const parts = Array.from({ length: pieces }, (_, p) => `substr(v, ${String(p * pieceBytes + 1)}, ${String(pieceBytes)})`);
  const given = [...parts, 'v'].join(', ');
  const hex = halves.map((half) => `replace(CAST(${step.name}_${String(half)}(${given}) AS VARCHAR), '-', '')`).join(' || ');
  await connection.run(
    `CREATE OR REPLACE TEMP MACRO ${quoted(step.name)}(v) AS CASE WHEN v IS NOT NULL THEN left(${hex}, ${String(step.hexLength)}) END`,
  );
}

const rounds = 10;
const radix = 10;
const blockBytes = 16;
/** Up to here half of them, times 2^16, stay a whole number of a double. */
const mostDigits = 22;

/**
 * FF1 (NIST SP 800-38G) over decimal digits, a whole chunk at once: one call of the block cipher in each round, for all its values. What is
 * enciphered has 6 to 22 digits, the tweak 5 characters at most, so that each round's input is one block after the first.
 */
function cipherFunction(name: string, algorithm: string, key: Buffer): DuckDBScalarFunction {
  const cipher = createCipheriv(algorithm, key, null).setAutoPadding(false);
  const [digits, tweaks] = [new Pieces(2), new Pieces(1)];
  const heads = new Map<number, Buffer>();
  const headOf = (n: number, t: number): Buffer => {
    const known = heads.get(n * 64 + t);
    if (known !== undefined) return known;
    const head = Buffer.from([1, 2, 1, 0, 0, radix, rounds, Math.floor(n / 2), 0, 0, 0, n, 0, 0, 0, t]);
    const made = cipher.update(head);
    heads.set(n * 64 + t, made);
    return made;
  };
  const run = (chunk: DuckDBDataChunk, output: unknown): void => {
    const count = chunk.rowCount;
    digits.read(chunk);
    tweaks.read(chunk, 2);
    let [left, right] = [new Float64Array(count), new Float64Array(count)];
    const number = (i: number, from: number, to: number): number => {
      let sum = 0;
      for (let j = from; j < to; j++) sum = sum * 10 + ((digits.texts[i * digits.width + j] ?? 48) - 48);
      return sum;
    };
    for (let i = 0; i < count; i++) {
      const n = digits.lengths[i] ?? 0;
      left[i] = number(i, 0, n >> 1);
      right[i] = number(i, n >> 1, n);
    }
    // All of a round's input but the round and the right half: the same in each round.
    const still = Buffer.alloc(count * blockBytes);
    for (let i = 0; i < count; i++) {
      const t = tweaks.lengths[i] ?? 0;
      still.set(headOf(digits.lengths[i] ?? 0, t), i * blockBytes);
      for (let j = 0; j < t; j++) still[i * blockBytes + j] = (still[i * blockBytes + j] ?? 0) ^ (tweaks.texts[i * tweaks.width + j] ?? 0);
    }
    const blocks = Buffer.alloc(still.length);
    for (let round = 0; round < rounds; round++) {
      blocks.set(still);
      for (let i = 0; i < count; i++) {
        const n = digits.lengths[i] ?? 0;
        const b = bytesOf[n - (n >> 1)] ?? 0;
        const end = i * blockBytes + 15;
        blocks[end - b] = (blocks[end - b] ?? 0) ^ round;
        let rest = right[i] ?? 0;
        for (let j = end; j > end - b; j--) {
          const higher = Math.floor(rest / 256);
          blocks[j] = (blocks[j] ?? 0) ^ (rest - higher * 256);
          rest = higher;
        }
      }
      const enciphered = cipher.update(blocks);
      const next = left;
      for (let i = 0; i < count; i++) {
        const n = digits.lengths[i] ?? 0;
        const modulus = powers[round % 2 === 0 ? n >> 1 : n - (n >> 1)] ?? 1;
        const from = i * blockBytes;
        const to = from + 4 * Math.ceil((bytesOf[n - (n >> 1)] ?? 0) / 4) + 4;
        let y = 0;
        for (let j = from; j < to; j += 2) y = remainder(y * 65536 + (enciphered[j] ?? 0) * 256 + (enciphered[j + 1] ?? 0), modulus);
        next[i] = remainder((left[i] ?? 0) + y, modulus);
      }
      [left, right] = [right, next];
    }
    const vector = rawOf(output);
    for (let i = 0; i < count; i++) {
      const n = digits.lengths[i] ?? 0;
      const text = n === 0 ? '' : String(left[i]).padStart(n >> 1, '0') + String(right[i]).padStart(n - (n >> 1), '0');
      duckdb.vector_assign_string_element(vector, i, text);
    }
  };
  return DuckDBScalarFunction.create({
    name,
    parameterTypes: [VARCHAR, VARCHAR, VARCHAR],
    returnType: VARCHAR,
    mainFunction: (_, chunk, output) => {
      run(chunk, output);
    },
  });
}
/** Bytes that so many digits need, and ten to their number. */
const bytesOf = Array.from({ length: 13 }, (_, v) => Math.ceil(Math.ceil(v * Math.log2(radix)) / 8));
const powers = Array.from({ length: 13 }, (_, m) => 10 ** m);
/** Of whole numbers below 2^53: several times as fast as `%` on doubles, which divides bit by bit. */
function remainder(value: number, by: number): number {
  const rest = value - Math.floor(value / by) * by;
  return rest < 0 ? rest + by : rest >= by ? rest - by : rest;
}

async function registerCipher(connection: DuckDBConnection, step: CipherStep, key: Buffer): Promise<void> {
  const own = createHmac('sha256', key)
    .update(`ff1-${step.cipher}`)
    .digest()
    .subarray(0, step.cipher === 'aes' ? 32 : 16);
  connection.registerScalarFunction(cipherFunction(`${step.name}_0`, step.cipher === 'aes' ? 'aes-256-ecb' : 'sm4-ecb', own));
  // What is not of digits and long enough is not enciphered: it becomes nothing.
  const sound = `regexp_full_match(v, '[0-9]{6,${String(mostDigits)}}') AND strlen(tweak) <= 5`;
  const given = [`substr(v, 1, ${String(pieceBytes)})`, `substr(v, ${String(pieceBytes + 1)}, ${String(pieceBytes)})`, 'tweak'].map(
    (piece) => `CASE WHEN ${sound} THEN ${piece} ELSE '' END`,
  );
  await connection.run(
    `CREATE OR REPLACE TEMP MACRO ${quoted(step.name)}(v, tweak) AS CASE WHEN ${sound} THEN ${step.name}_0(${given.join(', ')}) END`,
  );
}

/** Makes the step's macro in the connection. */
export async function register(connection: DuckDBConnection, job: JobFrame, step: KeyedStep | CipherStep): Promise<void> {
  const key = Buffer.from(job.keys[step.key] ?? '', 'base64');
  await (step.kind === 'keyed' ? registerDigest(connection, job, step, key) : registerCipher(connection, step, key));
}
