import type { TypedDocument } from './signed-document.js';

/**
 * The one table of documents: each type, and the key of the installation that alone may sign it. A key's name in signatures is
 * `<installation>/<role>`, so that neither the log's key nor one for other papers can make a certificate.
 */
export const signingRoles = {
  'opdomain.revocation-receipt/v1': 'receipts/signing',
  'opdomain.revocation-receipt/v2': 'receipts/signing',
  'opdomain.destruction-certificate/v1': 'certificates/signing',
  'opdomain.pending-notice/v1': 'certificates/signing',
  'opdomain.release-manifest/v1': 'release/manifests',
  'opdomain.compliance-board/v1': 'oversight/board',
  'opdomain.audit-package/v1': 'audit/packages',
} as const;
/** Every type of document there is. */
export const documentTypes = Object.keys(signingRoles) as (keyof typeof signingRoles)[];
export type SigningRole = (typeof signingRoles)[keyof typeof signingRoles];

/** Names in the key store of the keys that documents are signed by. */
export const documentRoles: readonly SigningRole[] = [...new Set(Object.values(signingRoles))];

/** The role whose key signs a document; undefined for a type that no version of the product issues. */
export const roleOfDocument = ({ type }: Pick<TypedDocument, 'type'>): SigningRole | undefined =>
  Object.entries(signingRoles).find(([known]) => known === type)?.[1];

/** The role for which a key is named; undefined for the log's, a witness's or a stranger's. */
export const roleOfKey = (keyName: string): SigningRole | undefined => documentRoles.find((role) => keyName.endsWith(`/${role}`));
