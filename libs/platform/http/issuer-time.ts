import { readingOf, type Reading } from '#platform/database';
import { fetch } from 'undici';
import type { OidcConfig } from './oidc.config.js';

/** An HTTP date has whole seconds. */
const resolutionMs = 1_000;

/** What the issuer's clock shows, by the `Date` of an answer that has no secret in it. Undefined where it does not answer or does not say. */
export async function issuerTime(
  config: OidcConfig,
  limitMs: number,
  steadyMs: () => number,
  signal: AbortSignal,
): Promise<Reading | undefined> {
  const url = config.jwksUri ?? `${config.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  try {
    const sent = steadyMs();
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.any([signal, AbortSignal.timeout(limitMs)]) });
    const received = steadyMs();
    await response.body?.cancel();
    const at = Date.parse(response.headers.get('date') ?? '');
    return Number.isNaN(at) ? undefined : readingOf(sent, at, received, resolutionMs);
  } catch {
    return undefined;
  }
}
