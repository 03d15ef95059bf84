import type { Refusal } from '#kernel';
import { storedType } from './cell.js';
import type { BadReason, CellType } from './cell.js';
import type { ImportCounts } from './dataset-copy.js';
import { readingOf } from './delivery-format.js';
import type { DeliveryFormat } from './delivery-format.js';
import { tooManyBad } from './delivered-row.js';
import type { Field } from './field.js';
import { refuse } from './refusals.js';

/** How far a trial reads: enough to see how a file is written, little enough to answer at once. A file that is no text is read whole. */
export const trialLimits = { rows: 200_000, bytes: 64 * 1024 * 1024, wholeFileBytes: 64 * 1024 * 1024 } as const;
/** Problems that a trial lists one by one. */
export const listedProblems = 200;

/** How an import would read a file. */
export interface Reading {
  readonly readAs: string;
  /** Whether the file was read to its end. */
  readonly isWhole: boolean;
  readonly counts: ImportCounts;
  readonly columns: readonly {
    readonly name: string;
    readonly type: CellType;
    readonly storedAs: string;
    readonly written: string | null;
  }[];
  readonly problems: readonly { readonly line: number; readonly reason: BadReason; readonly field: string | null }[];
  /** Why an import of this file would fail; null: it would not, as far as it was read. */
  readonly refused: Refusal | null;
}

/** Put together from what was sorted. @param refused what stopped the reading, where something did. */
export function readingFrom(
  file: {
    readonly format: DeliveryFormat;
    readonly maxBadShare: number;
    readonly isWhole: boolean;
    readonly counts: ImportCounts;
    readonly kept: readonly (Field & { readonly places: number })[];
    readonly badRows: Reading['problems'];
  },
  refused: Refusal | null,
): Reading {
  const { format, counts, kept, badRows, maxBadShare, isWhole } = file;
  const { rows: lines, bad } = counts;
  const [first] = badRows;
  const tooMany =
    first !== undefined && tooManyBad({ lines, bad }, maxBadShare, true)
      ? refuse('dataset-copy.too-many-bad-rows', { lines, bad, maxShare: maxBadShare, ...first, ...readingOf(format) })
      : null;
  return {
    readAs: readingOf(format)['readAs'] ?? format.kind,
    isWhole,
    counts,
    columns: kept.map(({ name, type, places, written }) => ({
      ...{ name, type, storedAs: storedType(type, places) },
      written: written === undefined || written === null ? null : (written.date ?? `${written.thousands ?? ''}${written.decimal ?? '.'}`),
    })),
    problems: badRows.slice(0, listedProblems),
    refused: tooMany ?? refused,
  };
}
