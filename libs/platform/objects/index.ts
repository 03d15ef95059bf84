export { OBJECTS } from './objects.js';
export type { Objects, ObjectVersion, StoredObject } from './objects.js';
export { objectsConfig, objectsFromConfig } from './config.js';
export type { ObjectsConfig } from './config.js';
export type { CipherSource, CipherStore, CipherVersion } from './cipher-store.js';
export { FolderStore } from './folder-store.js';
export { S3Store } from './s3-store.js';
export { SealedObjects } from './sealed-objects.js';
export { objectsLocked, objectsUnreachable, refusals } from './refusals.js';
