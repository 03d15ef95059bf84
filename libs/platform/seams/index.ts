import { Injectable, SetMetadata, type CustomDecorator } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { ActContext, CutPath, Digest, EvidenceSource, Holding, Id, JobType, Refusal, SignedDocument } from '#kernel';
import type { Tx } from '#platform/database';
import { seamKey } from './seam-key.js';

export { defineHolding } from './holding.js';
export type { KeptData, KeptFolder } from './holding.js';

/** What is known of a holding, for those upstream of datasets who judge a request for it. */
export interface DatasetCatalogue {
  /** In the caller's transaction; nothing for a dataset that is not registered. Ungraded fields are `graded: false` (CLS-01). */
  describe(
    tx: Tx,
    datasetId: Id,
  ): Promise<
    | {
        readonly providerId: Id;
        readonly fields: readonly { readonly name: string; readonly sensitive: boolean; readonly graded: boolean }[];
        /** Returned from a higher level of government (REQ-05). */
        readonly returned: boolean;
      }
    | undefined
  >;
}

/** Months that the network logs of each authorisation are kept, and of what belongs to none. */
export interface LogMonths {
  readonly of: ReadonlyMap<Id, number>;
  readonly otherwise: number;
}
/** How long network logs are kept: asked of the context that knows the regions' rules. */
export interface LogRetention {
  all(tx: Tx): Promise<LogMonths>;
}

/** Where a document stands in the audit log, for those who hand it out. */
export interface DocumentLog {
  /** The proof of the entry that carries the digest and what is still missing, either or both; neither once nothing is. */
  placeOf(ctx: ActContext, digest: Digest): Promise<Pick<SignedDocument, 'inclusion' | 'waiting'>>;
}

/** Ends what queued jobs are for when whom or what they were ordered for is cut; of the context whose jobs they are. */
export interface WorkEnd {
  readonly jobs: readonly JobType[];
  /** Who acts in the journal, and in which act. */
  readonly by: string;
  readonly action: string;
  /** Ends it where it has not ended, under its lock; nothing of it is taken in afterwards. Doing it again does nothing. */
  end(tx: Tx, key: Id): Promise<void>;
  /** What a receipt calls it, what has become of it, and whether that is final. */
  look(tx: Tx, key: Id): Promise<{ readonly object: string; readonly state: string; readonly over: boolean }>;
}

/** Ends what a job is for when it is given up: of the context whose jobs they are, and for each job that has a patience. */
export interface WorkOver {
  readonly jobs: readonly JobType[];
  /** Who acts in the journal, and in which act. */
  readonly by: string;
  readonly action: string;
  /** Ends it where it has not ended, under its lock, for `why`. Doing it again does nothing. */
  giveUp(tx: Tx, key: Id, why: Refusal): Promise<void>;
}

/** The small ports that run against the direction of the house: declared in the kernel, implemented by contexts, collected here. */
export interface SeamTypes {
  'cut-path': CutPath;
  'work-end': WorkEnd;
  'work-over': WorkOver;
  holding: Holding;
  evidence: EvidenceSource;
  'dataset-catalogue': DatasetCatalogue;
  'log-retention': LogRetention;
  'document-log': DocumentLog;
}

/** Marks a provider as an implementation of a seam: `@Implements('cut-path') class … implements CutPath`. */
export const Implements = (seam: keyof SeamTypes): CustomDecorator => SetMetadata(seamKey, seam);

/** Finds every implementation of a seam among the composed contexts. */
@Injectable()
export class Seams {
  constructor(private readonly discovery: DiscoveryService) {}

  all<S extends keyof SeamTypes>(seam: S): SeamTypes[S][] {
    return this.discovery
      .getProviders()
      .filter((wrapper) => typeof wrapper.metatype === 'function' && Reflect.getMetadata(seamKey, wrapper.metatype) === seam)
      .map((wrapper) => wrapper.instance as SeamTypes[S]);
  }
}
