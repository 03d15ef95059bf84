import { z } from 'zod';

export const ENGINE = Symbol('Engine');
/** The process's `ScratchArea`. */
export const SCRATCH = Symbol('ScratchArea');

export const engineConfig = z
  .strictObject({
    /** Folder on a memory filesystem for the files of runs. A run behind walls spills into memory beside it, `scratchBytes` at most. */
    scratchRoot: z.string().default('/dev/shm/opdomain'),
    allowDiskScratch: z.boolean().default(false),
    /** `required`: nothing starts where the engine's processes cannot be isolated. `preferred`: it is said, and they run without. */
    sandbox: z.enum(['required', 'preferred']).default('required'),
    /** User and group of the engine's processes where this one is root; nobody else may have it. */
    sandboxUid: z.number().int().min(1000).max(2_147_483_646).default(60_700),
    memoryMb: z.number().int().min(256).default(2048),
    threads: z.number().int().min(1).default(2),
    scratchBytes: z.number().int().min(1_048_576).default(4_294_967_296),
  })
  .prefault({});
export type EngineConfig = z.infer<typeof engineConfig>;
