import type { Digest, Id, Instant } from '#kernel';
import type { BadReason } from './cell.js';
import type { CopyState } from './copy.states.js';
import type { DeliveryFormat } from './delivery-format.js';
import { refuse } from './refusals.js';

export type { DeliveryFormat };

export interface CopyColumn {
  readonly name: string;
  /** DuckDB type of the Parquet file. */
  readonly type: string;
}

/** The encrypted Parquet file of a ready copy. */
export interface CopyFile {
  readonly objectKey: string;
  readonly objectVersion: string;
  readonly sealedBy: string;
  /** Of the Parquet file in the clear. */
  readonly sha256: Digest;
  readonly bytes: number;
  /** Of the rows as text, before they were put into columns; absent in copies of earlier versions. */
  readonly textBytes?: number;
  readonly rows: number;
  readonly columns: readonly CopyColumn[];
}

export interface ImportCounts {
  /** Rows of the delivered file, good, bad and beyond the grant. */
  readonly rows: number;
  /** Lines put aside; a row that runs over several lines because of a stray quote counts them all. */
  readonly bad: number;
  readonly badByReason: Readonly<Partial<Record<BadReason, number>>>;
  /** Good rows past the row limit of the grant: not stored (REQ-06). */
  readonly beyondGrant: number;
}

/** Why an import failed: names of fields, figures and lines, never a value. */
export interface ImportFailure {
  readonly code: string;
  readonly details: Readonly<Record<string, string | number | readonly string[]>>;
}

/** What was delivered of a holding into one scenario. */
export interface DatasetCopy {
  readonly id: Id;
  readonly createdAt: Instant;
  readonly state: CopyState;
  readonly datasetId: Id;
  readonly edition: string;
  readonly fieldsVersion: number;
  readonly scenarioId: Id;
  readonly authorisationId: Id;
  readonly unitId: Id;
  readonly authorityId: Id;
  readonly providerId: Id;
  readonly deliveredBy: Id;
  readonly uploadId: Id;
  readonly format: DeliveryFormat;
  /** 0 to 1. */
  readonly maxBadShare: number;
  readonly source: { readonly sha256: Digest; readonly bytes: number } | null;
  readonly counts: ImportCounts | null;
  /** Fields of the holding that the scenario was not granted, and that were left out. */
  readonly leftOut: readonly string[];
  readonly file: CopyFile | null;
  readonly failure: ImportFailure | null;
  readonly readyAt: Instant | null;
  readonly destroyedAt: Instant | null;
}

export interface Imported {
  readonly source: { readonly sha256: Digest; readonly bytes: number };
  readonly counts: ImportCounts;
  readonly leftOut: readonly string[];
  readonly file: CopyFile;
}

/** @throws Refusal `dataset-copy.not-ready` (409). */
export function fileOf(copy: DatasetCopy): CopyFile {
  if (copy.state !== 'ready' || copy.file === null) throw refuse('dataset-copy.not-ready', { id: copy.id, state: copy.state });
  return copy.file;
}

/** Folder of the copy in the object store; all of it is sealed by its scenario's key. */
export const folderOf = (copy: Pick<DatasetCopy, 'id' | 'scenarioId'>): string => `scenarios/${copy.scenarioId}/copies/${copy.id}`;
export const sealOf = (copy: Pick<DatasetCopy, 'scenarioId'>): string => `scenario/${copy.scenarioId}`;
