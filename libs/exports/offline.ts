/** What verifies from files alone; loads nothing of the server. */
export { manifestType, verifyManifest, type VerifiedManifest } from './domain/manifest.js';
