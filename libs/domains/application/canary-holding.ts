import { defineHolding } from '#platform/seams';
import { canaryFolder, canaryObject, domainKey } from './canaries.js';

/** The domain's canary in the object store. */
export const canaryHolding = defineHolding([], () => ({
  name: 'canaries',
  acts: { by: 'domains', read: 'domain.read', strike: 'domain.read' },
  folders: (_tx, { domainId }) => [{ folder: canaryFolder(domainId), sealedBy: domainKey(domainId) }],
  objects: (_tx, { domainId }) => [{ key: canaryObject(domainId), sealedBy: domainKey(domainId) }],
}));
