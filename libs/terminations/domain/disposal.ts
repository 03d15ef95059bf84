import type { HeldItem } from '#kernel';

/** How something ceased to be, in the terms of NIST SP 800-88 Rev. 1. */
export interface Method {
  /** `shredded` only where the data was encrypted under a key that is gone; anything else was merely deleted. */
  readonly wording: 'shredded' | 'deleted' | 'key-destroyed';
  readonly nist: string;
}

const methods = {
  shredded: { wording: 'shredded', nist: 'Purge: Cryptographic Erase (SP 800-88 Rev. 1, §2.6)' },
  deleted: { wording: 'deleted', nist: 'none: logical deletion, below Clear (SP 800-88 Rev. 1, §2.5)' },
  keyDestroyed: { wording: 'key-destroyed', nist: 'sanitization of the target data encryption key (SP 800-88 Rev. 1, §2.6)' },
} as const satisfies Record<string, Method>;

/** @param destroyedKeys names of the keys that the store destroyed. */
export function methodOf(item: HeldItem, destroyedKeys: ReadonlySet<string>): Method {
  if (item.kind === 'key') return methods.keyDestroyed;
  return item.sealedBy !== undefined && destroyedKeys.has(item.sealedBy) ? methods.shredded : methods.deleted;
}
