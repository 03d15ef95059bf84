import type { Id } from '#kernel';
import type { Differences } from '#coderuns/contract';
import type { FileFacts } from './file-facts.js';
import type { FrequencyTable } from './frequency-scan.js';
import type { ExportPolicy } from './policy.js';

export interface Volume {
  readonly bytes: number;
  readonly rows: number;
}

export interface EarlierTable {
  readonly fileId: Id;
  /** By their sealed maps, where both have one. */
  readonly differences?: Differences;
  /** Otherwise the tables themselves are compared by the names of their columns; without `table` it could not be read. */
  readonly table?: FrequencyTable;
}

/** All that the gate decides on, measured beforehand. */
export interface GateFacts {
  readonly policy: ExportPolicy;
  readonly files: readonly FileFacts[];
  /** Kinds of identifiers that were looked for. */
  readonly detectors: readonly string[];
  /** Raw and reversible copies of the domain that every table has to be compared with. */
  readonly sources: readonly Id[];
  /** What the table tells of a few by itself; missing where its run left no sealed map. */
  readonly own?: Differences;
  /** Tables of this scenario that were released before, or may be. */
  readonly earlier: readonly EarlierTable[];
  readonly spent: Volume;
  readonly budget?: Volume;
}
