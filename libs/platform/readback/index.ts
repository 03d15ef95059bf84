export { failureOf, readBack } from './read-back.js';
export type { Absence, ReadBackAttempt } from './read-back.js';
export { ReadBacks } from './read-backs.js';
export type { ObjectToRead } from './read-backs.js';
