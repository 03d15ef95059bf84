export { documentKeys, isOfTime, SignedDocuments, type DocumentKind } from './signed-documents.js';
export { INSTALLATION, readInstallation } from './installation.js';
