import type { ContextDeclaration } from '#kernel';
import { identityContext } from '#identity';

/** Every context of the product, upstream first. Adding one here is all that composing it takes. */
export const contexts: readonly ContextDeclaration[] = [identityContext];
