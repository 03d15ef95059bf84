import type { Instant } from '#kernel';

/**
 * Whether a token may be from before the cut of its holder's sessions. The issuer dates it by its own clock, the cut by ours, and they may
 * be apart by the tolerance either way: what may be earlier counts as earlier.
 * @returns undefined for a token that is surely later, else after how many seconds a fresh sign-in is surely later.
 */
export function maybeBeforeCut(
  issuedAt: number,
  cutAt: Instant,
  toleranceSeconds: number,
  at: Instant,
): { readonly signInAgainAfterSeconds: number } | undefined {
  const cut = Date.parse(cutAt) / 1000;
  if (issuedAt - toleranceSeconds > cut) return undefined;
  // Tokens are dated to the whole second, and the issuer may be behind: both are waited for.
  const clear = Math.floor(cut + toleranceSeconds) + 1 + toleranceSeconds;
  return { signInAgainAfterSeconds: Math.max(0, Math.ceil(clear - Date.parse(at) / 1000)) };
}
