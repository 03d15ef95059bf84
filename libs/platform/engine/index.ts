export * from './job.js';
export * from './refusals.js';
export { notIsolatedBecause, SandboxEngine, type EngineSettings } from './sandbox.js';
export { ScratchArea, type Scratch, type ScratchOptions } from './scratch.js';
export { ENGINE, engineConfig, SCRATCH, type EngineConfig } from './config.js';
