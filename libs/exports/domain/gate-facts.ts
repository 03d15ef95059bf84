import type { Id } from '#kernel';
import type { FileFacts } from './file-facts.js';
import type { FrequencyTable } from './frequency-scan.js';
import type { ExportPolicy } from './policy.js';

export interface Volume {
  readonly bytes: number;
  readonly rows: number;
}

/** All that the gate decides on, measured beforehand. */
export interface GateFacts {
  readonly policy: ExportPolicy;
  readonly files: readonly FileFacts[];
  /** Kinds of identifiers that were looked for. */
  readonly detectors: readonly string[];
  /** Raw and reversible copies of the domain that every table has to be compared with. */
  readonly sources: readonly Id[];
  /** Tables that were released for this scenario before; without `table` when it could not be compared. */
  readonly earlier: readonly { readonly fileId: Id; readonly table?: FrequencyTable }[];
  readonly spent: Volume;
  readonly budget?: Volume;
}
