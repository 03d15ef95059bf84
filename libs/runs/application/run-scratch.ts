import { ENGINE, SCRATCH, type Engine, type Scratch, type ScratchArea } from '#platform/engine';
import { OBJECTS, type Objects } from '#platform/objects';
import { Inject, Injectable } from '@nestjs/common';

const least = 256 * 1024 * 1024;

/** A sealed file of the object store, under the name that it has in the scratch. */
export interface ScratchFile {
  readonly name: string;
  readonly file: { readonly objectKey: string; readonly objectVersion: string; readonly sealedBy: string; readonly bytes: number };
}

/** Brings plaintext into memory-only scratch, where the engine alone reads it. */
@Injectable()
export class RunScratch {
  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    @Inject(SCRATCH) private readonly area: ScratchArea,
    @Inject(OBJECTS) private readonly objects: Objects,
  ) {}

  /**
   * Runs `work` with the files in a scratch of its own, which is gone afterwards whatever happens.
   * @param room bytes of the scratch: `most` where that is less than the engine allows, `least` where it is known to need them
   */
  async with<T>(
    files: readonly ScratchFile[],
    work: (scratch: Scratch) => Promise<T>,
    room: { readonly most?: number | undefined; readonly least?: number } = {},
  ): Promise<T> {
    const bytes = files.reduce((sum, { file }) => sum + file.bytes, 0);
    await using scratch = this.area.allocate(
      Math.min(room.most ?? this.engine.limits.scratchBytes, Math.max(least, bytes * 8, room.least ?? 0)),
    );
    for (const { name, file } of files) {
      const { objectKey, objectVersion, sealedBy } = file;
      await scratch.write(name, await this.objects.get(objectKey, { sealedBy, version: objectVersion }));
    }
    return await work(scratch);
  }
}
