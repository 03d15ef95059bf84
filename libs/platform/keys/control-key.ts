import { sha256 } from '#kernel';
import type { Keys } from './keys.js';

/** Made once, never destroyed: reading it shows that the store is there, open, accepts us, and which store it is. */
const controlKey = 'store/control';

export const ensureControlKey = (keys: Keys): Promise<void> => keys.create(controlKey, 'sign');

/**
 * Which key store answers, by the digest of its control key.
 * @throws Refusal of the store; `keys.absent` where another or an emptied store answers. Then nothing it lacks is known to be destroyed.
 */
export const storeOfKeys = async (keys: Keys): Promise<string> => sha256(await keys.publicKey(controlKey));
