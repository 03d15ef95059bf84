export * from './job.js';
export * from './refusals.js';
export { SandboxEngine } from './sandbox.js';
export { ScratchArea, type Scratch, type ScratchOptions } from './scratch.js';
