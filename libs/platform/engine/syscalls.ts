import { constants } from 'node:os';

type Numbers = readonly [x64: number, arm64: number];
interface Attempt {
  readonly numbers: Numbers;
  readonly args: readonly number[];
}

/** Where the program is loaded, and in it the word `/tmp` for the calls that want a path. */
const base = 0x400000;
const headers = 64 + 56;
const path = base + headers;
const newUser = 0x10000000;
const signalOfChild = 17;

/**
 * Calls that a run never makes and that must not work behind the walls, with arguments with which most would work before them.
 * Numbers are those of the kernel's system call tables.
 */
export const deniedCalls: Readonly<Record<string, Attempt>> = {
  ptrace: { numbers: [101, 117], args: [0] }, // PTRACE_TRACEME
  process_vm_readv: { numbers: [310, 270], args: [1, 0, 0, 0, 0, 0] },
  process_vm_writev: { numbers: [311, 271], args: [1, 0, 0, 0, 0, 0] },
  mount: { numbers: [165, 40], args: [path, path, path, 0, 0] },
  pivot_root: { numbers: [155, 41], args: [path, path] },
  chroot: { numbers: [161, 51], args: [path] },
  unshare: { numbers: [272, 97], args: [newUser] },
  setns: { numbers: [308, 268], args: [3, 0] },
  clone: { numbers: [56, 220], args: [signalOfChild] },
  setuid: { numbers: [105, 146], args: [0] },
  capset: { numbers: [126, 91], args: [path, path] },
  keyctl: { numbers: [250, 219], args: [0, 0xfffffffd, 1] },
  add_key: { numbers: [248, 217], args: [path, path, path, 1, 0xfffffffd] },
  bpf: { numbers: [321, 280], args: [0, path, 0] },
  perf_event_open: { numbers: [298, 241], args: [path, 0, 0, 0, 0] },
  userfaultfd: { numbers: [323, 282], args: [1] },
  io_uring_setup: { numbers: [425, 425], args: [1, path] },
  kexec_load: { numbers: [246, 104], args: [0, 0, 0, 0] },
  init_module: { numbers: [175, 105], args: [path, 1, path] },
  finit_module: { numbers: [313, 273], args: [3, path, 0] },
  open_by_handle_at: { numbers: [304, 265], args: [3, path, 0] },
  socket: { numbers: [41, 198], args: [2, 1, 0] },
  socketpair: { numbers: [53, 199], args: [1, 1, 0, path] },
  memfd_create: { numbers: [319, 279], args: [path, 0] },
  shmget: { numbers: [29, 194], args: [0, 4096, 0o1600] },
};

/** Says a word on descriptor 3, then waits for ever: it ends when it is ended. */
export const stayingCalls: readonly Attempt[] = [
  { numbers: [1, 64], args: [3, path, 4] }, // write
  { numbers: [271, 73], args: [] }, // ppoll
];

/**
 * A static program for this processor that makes these calls one after another and writes the kernel's answers to descriptor 3: eight
 * bytes each, negative an error's number. No compiler and no interpreter is needed where it runs.
 * @returns an ELF file; undefined for a processor that is neither x64 nor arm64
 */
export function syscallProgram(calls: readonly Attempt[], arch: string = process.arch): Buffer | undefined {
  const word = Buffer.from('/tmp\0\0\0\0');
  const encode = encoders[arch];
  if (encode === undefined) return undefined;
  const code = encode(calls);
  const elf = Buffer.alloc(headers);
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(elf);
  elf.writeUInt16LE(2, 16); // an executable
  elf.writeUInt16LE(arch === 'x64' ? 62 : 183, 18);
  elf.writeUInt32LE(1, 20);
  elf.writeBigUInt64LE(BigInt(path + word.length), 24); // begins after the word
  elf.writeBigUInt64LE(64n, 32);
  for (const [offset, value] of [[52, 64], [54, 56], [56, 1]] as const) elf.writeUInt16LE(value, offset); // prettier-ignore
  const size = BigInt(headers + word.length + code.length);
  elf.writeUInt32LE(1, 64); // loaded whole, readable and executable
  elf.writeUInt32LE(5, 68);
  for (const [offset, value] of [[80, BigInt(base)], [88, BigInt(base)], [96, size], [104, size], [112, 0x1000n]] as const) elf.writeBigUInt64LE(value, offset); // prettier-ignore
  return Buffer.concat([elf, word, code]);
}

/** What such a program wrote, by call: the name of the error, or `done`. */
export function syscallAnswers(written: Buffer, names: readonly string[]): Record<string, string> {
  const errors = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));
  return Object.fromEntries(
    names.map((name, i) => {
      if (written.length < (i + 1) * 8) return [name, 'unknown'];
      const answer = Number(written.readBigInt64LE(i * 8));
      return [name, answer < 0 ? (errors.get(-answer) ?? String(-answer)) : 'done'];
    }),
  );
}

const encoders: Readonly<Record<string, (calls: readonly Attempt[]) => Buffer>> = { x64, arm64 };

function x64(calls: readonly Attempt[]): Buffer {
  const load = (opcode: readonly number[], value: number): number[] => [...opcode, ...bytes(value)];
  const registers = [[0xbf], [0xbe], [0xba], [0x41, 0xba], [0x41, 0xb8], [0x41, 0xb9]]; // mov edi, esi, edx, r10d, r8d, r9d
  const syscall = [0x0f, 0x05];
  const size = calls.length * 8;
  return Buffer.from([
    ...load([0x48, 0x81, 0xec], size), // sub rsp
    ...calls.flatMap(({ numbers: [number], args }, i) => [
      ...registers.flatMap((register, at) => load(register, args[at] ?? 0)),
      ...load([0xb8], number), // mov eax
      ...syscall,
      ...load([0x48, 0x89, 0x84, 0x24], i * 8), // mov [rsp + i], rax
    ]),
    ...[...load([0xb8], 1), ...load([0xbf], 3), 0x48, 0x89, 0xe6, ...load([0xba], size), ...syscall], // write(3, rsp, size)
    ...[...load([0xb8], 60), ...load([0xbf], 0), ...syscall], // exit(0)
  ]);
}

function arm64(calls: readonly Attempt[]): Buffer {
  const movz = (register: number, value: number): number => (0xd2800000 | ((value & 0xffff) << 5) | register) >>> 0;
  const movk = (register: number, value: number): number => (0xf2a00000 | ((value >>> 16) << 5) | register) >>> 0;
  const load = (register: number, value: number): number[] => [movz(register, value), movk(register, value)];
  const svc = 0xd4000001;
  const size = Math.ceil((calls.length * 8) / 16) * 16; // the stack is aligned to 16 bytes
  const words = [
    (0xd10003ff | (size << 10)) >>> 0, // sub sp, sp, size
    ...calls.flatMap(({ numbers: [, number], args }, i) => [
      ...[0, 1, 2, 3, 4, 5].flatMap((register) => load(register, args[register] ?? 0)),
      ...[...load(8, number), svc],
      (0xf90003e0 | (i << 10)) >>> 0, // str x0, [sp, i]
    ]),
    ...[...load(0, 3), 0x910003e1, ...load(2, calls.length * 8), ...load(8, 64), svc], // write(3, sp, size)
    ...[...load(0, 0), ...load(8, 93), svc], // exit(0)
  ];
  return Buffer.from(words.flatMap(bytes));
}
const bytes = (value: number): number[] => [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255];
