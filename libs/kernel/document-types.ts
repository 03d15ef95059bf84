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
/**
 * The audit action that issues each type: its entry, and no other, carries the digest of the document, and says that it was `done`. An
 * entry of anything else with the same digest (a refusal, a note of it) issued nothing.
 */
export const issuingActions: Readonly<Record<keyof typeof signingRoles, string>> = {
  'opdomain.revocation-receipt/v1': 'revocation.receipt-issued',
  'opdomain.revocation-receipt/v2': 'revocation.receipt-issued',
  'opdomain.destruction-certificate/v1': 'termination.certified',
  'opdomain.pending-notice/v1': 'termination.pending',
  'opdomain.release-manifest/v1': 'export-request.released',
  'opdomain.compliance-board/v1': 'requirement.document-signed',
  'opdomain.audit-package/v1': 'audit-case.issued',
};
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

/** The name of an installation's audit log, in which everything that it issues stands. */
export const logOfInstallation = (installation: string): string => `${installation}/audit`;

/** The log in which whatever a document key signs must stand; undefined for a key of no document role. */
export function logOfKey(keyName: string): string | undefined {
  const role = roleOfKey(keyName);
  return role === undefined ? undefined : logOfInstallation(keyName.slice(0, -role.length - 1));
}
