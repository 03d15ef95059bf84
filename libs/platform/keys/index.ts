export { KEYS } from './keys.js';
export type { KeyKind, Keys, KeyState } from './keys.js';
export { keysConfig, keysFromConfig, rememberingKeys } from './config.js';
export type { KeysConfig } from './config.js';
export { createMasterKeyFile } from './key-file.js';
export type { KeyMemory } from './remembering-keys.js';
export { SealedKeyFile } from './sealed-key-file.js';
export { TransitKeys } from './transit-keys.js';
export { refusals } from './refusals.js';
