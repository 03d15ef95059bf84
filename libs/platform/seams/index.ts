import { Injectable, SetMetadata, type CustomDecorator } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { CutPath, EvidenceSource, Holding } from '#kernel';

/** The small ports that run against the direction of the house: declared in the kernel, implemented by contexts, collected here. */
export interface SeamTypes {
  'cut-path': CutPath;
  holding: Holding;
  evidence: EvidenceSource;
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
