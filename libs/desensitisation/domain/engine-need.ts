import type { Plan } from '../contract.js';
import { refuse } from './refusals.js';

/** What is known of a delivered copy before anything of it is read. */
export interface CopySize {
  readonly rows: number;
  /** Of its Parquet file. */
  readonly fileBytes: number;
  /** Of its rows as text, as the import wrote them; absent for copies from before it was measured. */
  readonly textBytes?: number | undefined;
}
/** As `EngineLimits` has them, in bytes. */
export interface EngineRoom {
  readonly memoryBytes: number;
  readonly scratchBytes: number;
}
/** What a run is estimated to take at its peak, erring towards too much. */
export interface EngineNeed {
  /** Of the engine's memory, the least with which it ends well. */
  readonly memoryBytes: number;
  /** Of the scratch: input, output, and what the engine spills with the memory that it is given. */
  readonly scratchBytes: number;
  /** Memory, scratch and the process itself: what the machine gives at the same time. */
  readonly peakBytes: number;
}

/*
 * Calibrated by measurements (libs/desensitisation/README.md, "What a run needs"): 200,000 to 3,000,000 rows of 13 columns, each of its
 * phases apart, with memory in plenty and with so little that most of it spilled. The factors are what was measured, and a quarter more.
 */
const mebibyte = 2 ** 20;
/** Node.js with the engine's libraries loaded. */
const processBytes = 320 * mebibyte;
/** Where nobody measured it: a compressed column file unfolds by this, and a cell has at least so many characters. */
const [unfolds, leastCell] = [12, 8];
/** Drawn rows are sorted; with a table between, or classes to be kept, they stand there once more. */
const [sortedTimes, tableTimes] = [2.3, 1.5];
/** A row: of the digests by which rows are drawn; of what the proof counts of a raw column against another. */
const [digestBytes, countedBytes] = [80, 140];
/** Of a drawn row the proof's distinct values, as a share of its text. */
const provenTimes = 0.7;
/** A value made by a key, while it is sorted and proven; and as it is stored. */
const [keyedBytes, keyedStored] = [110, 28];
/** A value that comes from another row, or draws noise for its own, of all rows. */
const byRowBytes = 520;
/** A quasi-identifier of a drawn row with everything that it may become; stored for the search. */
const [climbingBytes, climbingStored] = [120, 40];
/** Of the output: of what its rows take in the delivered file, which compressed them in an order of their own, and of their text at most. */
const [storedTimes, storedShare] = [2.5, 0.6];
/** What does not stay in memory is written more tightly. */
const spilledShare = 0.6;
/** With a quarter of what this says that a phase holds it ended well; with less than a fifth nobody tried. */
const leastShare = 1 / 5;
const leastMemory = 64 * mebibyte;
/** Rows that the engine holds at once for each of two threads while it writes a file of columns, and how wide they are beside their text. */
const [rowGroups, groupTimes] = [2 * 122_880, 1.6];

const drawnOf = ({ sampling: { rate = 1, atMost = Infinity, strata } = {} }: Plan, rows: number): number =>
  Math.min(strata === undefined ? Math.ceil(rows * rate) : rows, atMost, rows);

const textOf = ({ rows, fileBytes, textBytes }: CopySize, columns: number): number =>
  textBytes ?? Math.max(fileBytes * unfolds, rows * columns * leastCell);

/** What a run of a plan over a copy takes, with as much memory as there is. */
export function needOf(plan: Plan, copy: CopySize, room: EngineRoom): EngineNeed {
  const { rows, fileBytes } = copy;
  const kinds = plan.columns.map(({ technique }) => technique.kind);
  const count = (...wanted: readonly (typeof kinds)[number][]): number => kinds.filter((kind) => wanted.includes(kind)).length;
  const drawn = drawnOf(plan, rows);
  const text = textOf(copy, plan.columns.length) * (rows === 0 ? 0 : drawn / rows);
  const keyed = count('pseudonym', 'encipher', 'shift-days') * drawn;
  const byRow = count('shuffle', 'laplace-noise') * rows;
  const quasi = (plan.singlingOut?.quasiIdentifiers.length ?? 0) * drawn;
  const tables = (quasi > 0 ? 1 : 0) + (count('suppress-rare') > 0 ? 1 : 0);
  const made = text * (sortedTimes + tables * tableTimes) + rows * digestBytes + keyed * keyedBytes + byRow * byRowBytes;
  const proven = rows * countedBytes + text * provenTimes + keyed * keyedBytes;
  const held = Math.max(made, proven, quasi * climbingBytes);
  const output = Math.min(text * storedShare, (rows === 0 ? 0 : (fileBytes * drawn) / rows) * storedTimes) + keyed * keyedStored;
  const spilled = spilledShare * Math.max(0, held - room.memoryBytes * 0.8);
  const scratchBytes = Math.ceil(fileBytes + output + quasi * climbingStored + spilled);
  const written = rows === 0 ? 0 : Math.min(drawn, rowGroups) * (textOf(copy, plan.columns.length) / rows) * groupTimes;
  const memoryBytes = Math.ceil(leastMemory + written + held * leastShare);
  return { memoryBytes, scratchBytes, peakBytes: Math.ceil(processBytes + Math.min(held, room.memoryBytes) + scratchBytes) };
}

export const fits = (need: EngineNeed, room: EngineRoom): boolean =>
  need.memoryBytes <= room.memoryBytes && need.scratchBytes <= room.scratchBytes;

/** The most rows like these of which a run fits, to two digits: what a delivery may have. */
export function rowsThatFit(plan: Plan, copy: CopySize, room: EngineRoom): number {
  let [most, tooMuch] = [0, copy.rows + 1];
  while (tooMuch - most > 1) {
    const rows = Math.floor((most + tooMuch) / 2);
    const share = rows / copy.rows;
    const { textBytes } = copy;
    const less = { rows, fileBytes: copy.fileBytes * share, textBytes: textBytes === undefined ? undefined : textBytes * share };
    if (fits(needOf(plan, less, room), room)) most = rows;
    else tooMuch = rows;
  }
  const unit = 10 ** Math.max(0, String(most).length - 2);
  return Math.floor(most / unit) * unit;
}

export const inMebibytes = (bytes: number): number => Math.ceil(bytes / mebibyte);

/** @throws Refusal `desensitisation.exceeds-engine` with what is needed, what there is, and how many rows would fit */
export function assertFits(plan: Plan, copy: CopySize, room: EngineRoom): void {
  const need = needOf(plan, copy, room);
  if (fits(need, room)) return;
  throw refuse('desensitisation.exceeds-engine', {
    rows: copy.rows,
    neededMemoryMb: inMebibytes(need.memoryBytes),
    memoryMb: Math.floor(room.memoryBytes / mebibyte),
    neededScratchMb: inMebibytes(need.scratchBytes),
    scratchMb: Math.floor(room.scratchBytes / mebibyte),
    rowsThatFit: rowsThatFit(plan, copy, room),
  });
}
