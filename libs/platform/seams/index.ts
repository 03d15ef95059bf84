import { Injectable, SetMetadata, type CustomDecorator } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { ActContext, CutPath, Digest, EvidenceSource, Holding, Id, SignedDocument } from '#kernel';
import type { Tx } from '#platform/database';

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

/** Where a document stands in the audit log, for those who hand it out. */
export interface DocumentLog {
  /** The proof of the entry that carries the digest and what is still missing, either or both; neither once nothing is. */
  placeOf(ctx: ActContext, digest: Digest): Promise<Pick<SignedDocument, 'inclusion' | 'waiting'>>;
}

/** The small ports that run against the direction of the house: declared in the kernel, implemented by contexts, collected here. */
export interface SeamTypes {
  'cut-path': CutPath;
  holding: Holding;
  evidence: EvidenceSource;
  'dataset-catalogue': DatasetCatalogue;
  'document-log': DocumentLog;
}

const key = 'opdomain:seam';
/** Marks a provider as an implementation of a seam: `@Implements('cut-path') class … implements CutPath`. */
export const Implements = (seam: keyof SeamTypes): CustomDecorator => SetMetadata(key, seam);

/** Finds every implementation of a seam among the composed contexts. */
@Injectable()
export class Seams {
  constructor(private readonly discovery: DiscoveryService) {}

  all<S extends keyof SeamTypes>(seam: S): SeamTypes[S][] {
    return this.discovery
      .getProviders()
      .filter((wrapper) => typeof wrapper.metatype === 'function' && Reflect.getMetadata(key, wrapper.metatype) === seam)
      .map((wrapper) => wrapper.instance as SeamTypes[S]);
  }
}
