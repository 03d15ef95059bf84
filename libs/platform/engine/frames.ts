import type { EngineCause, EngineColumn, EngineInput, EngineLimits, EngineStep, StepResult } from './job.js';
import type { Spill } from './launcher.js';

/** What the parent writes to the child's standard input: one frame. Keys are base64. */
export interface JobFrame {
  /** The path of each file of the job, as the child opens it. */
  readonly files: Readonly<Record<string, string>>;
  readonly spill: Spill;
  readonly inputs: readonly EngineInput[];
  readonly steps: readonly EngineStep[];
  readonly keys: Readonly<Record<string, string>>;
  readonly limits: EngineLimits;
  /** Where a step is keyed: the module of `sm3-module.ts`, base64. */
  readonly sm3?: string;
}

/** What the child writes to descriptor 3, a frame each. Not to standard output: DuckDB's profiler prints there what SQL asks it to. */
export type ChildFrame =
  /** `spilled`: bytes of its spill, which its parent cannot see. */
  | { readonly t: 'progress'; readonly step: number; readonly percent?: number; readonly spilled: number }
  | { readonly t: 'rows'; readonly step: number; readonly rows: readonly (readonly unknown[])[] }
  | {
      readonly t: 'step';
      readonly step: number;
      readonly result:
        | Exclude<StepResult, { kind: 'rows' }>
        | { readonly kind: 'rows'; readonly columns: readonly EngineColumn[]; readonly truncated: boolean };
    }
  | { readonly t: 'done' }
  | { readonly t: 'failed'; readonly cause: EngineCause };

/** A message as its length in bytes (32 bits, big-endian) and JSON in UTF-8. Lines would end at what a value may hold, e.g. U+2028. */
export function framed(message: JobFrame | ChildFrame): Buffer {
  const body = Buffer.from(JSON.stringify(message));
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  return Buffer.concat([head, body]);
}

/** Puts frames together from the pieces of a stream. What is no frame is told once; nothing is read after it. */
export class FrameReader {
  readonly #pieces: Buffer[] = [];
  #held = 0;
  #unreadable = false;

  constructor(
    private readonly mostBytes: number,
    private readonly take: (message: unknown) => boolean,
    private readonly unreadable: () => void,
  ) {}

  push(piece: Buffer): void {
    if (this.#unreadable) return;
    this.#pieces.push(piece);
    this.#held += piece.length;
    for (let length = this.#length(); length !== undefined; length = this.#length()) {
      const known = length <= this.mostBytes;
      if (known && this.#held < 4 + length) return;
      if (known && this.#read(this.#cut(4 + length).subarray(4))) continue;
      this.#unreadable = true;
      this.unreadable();
      return;
    }
  }

  /** Whether nothing of a frame is left over. */
  get complete(): boolean {
    return this.#held === 0;
  }

  #read(body: Buffer): boolean {
    try {
      return this.take(JSON.parse(utf8.decode(body)));
    } catch {
      return false;
    }
  }

  #length(): number | undefined {
    if (this.#held < 4) return undefined;
    if ((this.#pieces[0]?.length ?? 0) < 4) this.#pieces.splice(0, this.#pieces.length, Buffer.concat(this.#pieces));
    return this.#pieces[0]?.readUInt32BE(0);
  }

  #cut(bytes: number): Buffer {
    const all = this.#pieces.length === 1 ? (this.#pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#pieces);
    const rest = all.subarray(bytes);
    this.#pieces.splice(0, this.#pieces.length, ...(rest.length === 0 ? [] : [rest]));
    this.#held = rest.length;
    return all.subarray(0, bytes);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
