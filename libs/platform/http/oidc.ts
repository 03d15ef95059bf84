import { refuse } from '#kernel';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { z } from 'zod';

/** The OIDC issuer that signs people in (ACC-01): the only way; there are no local passwords. */
export const oidcConfig = z
  .object({
    issuer: z.url(),
    audience: z.string(),
    /** Where the keys are; read from the issuer's discovery document when left out. */
    jwksUri: z.url().optional(),
    /** Plain http is refused unless the issuer is on loopback. */
    clockToleranceSeconds: z.number().int().min(0).max(60).default(5),
  })
  .strict()
  .refine((config) => config.issuer.startsWith('https:') || /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/.test(`${config.issuer}/`), {
    message: 'an issuer beyond loopback must be https',
    path: ['issuer'],
  });
export type OidcConfig = z.infer<typeof oidcConfig>;

export interface TokenClaims {
  readonly issuer: string;
  readonly subject: string;
  /** Seconds since 1970 at which the token was issued. */
  readonly issuedAt: number;
  readonly tokenId: string;
}
export interface TokenVerifier {
  /** @throws Refusal `http.not-signed-in` for any token that is not whole, ours and in time. */
  verify(token: string): Promise<TokenClaims>;
}

/** Verifies access tokens (RFC 9068) against the issuer's published keys. */
export function verifierFor(config: OidcConfig): TokenVerifier {
  let keys: ReturnType<typeof createRemoteJWKSet> | undefined;
  const keySet = async (): Promise<ReturnType<typeof createRemoteJWKSet>> => {
    if (keys !== undefined) return keys;
    let uri = config.jwksUri;
    if (uri === undefined) {
      const response = await fetch(`${config.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, { redirect: 'error' });
      if (!response.ok) throw refuse('identity.issuer-unreachable');
      uri = z.object({ jwks_uri: z.url() }).parse(await response.json()).jwks_uri;
    }
    keys = createRemoteJWKSet(new URL(uri), { cooldownDuration: 5_000 });
    return keys;
  };
  return {
    async verify(token) {
      let resolved;
      try {
        resolved = await keySet();
      } catch {
        throw refuse('identity.issuer-unreachable');
      }
      try {
        const { payload } = await jwtVerify(token, resolved, {
          issuer: config.issuer,
          audience: config.audience,
          algorithms: ['ES256', 'EdDSA', 'RS256', 'PS256'],
          clockTolerance: config.clockToleranceSeconds,
          requiredClaims: ['sub', 'iat', 'exp', 'jti'],
        });
        return { issuer: config.issuer, subject: String(payload.sub), issuedAt: Number(payload.iat), tokenId: String(payload.jti) };
      } catch (error) {
        if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout)) throw refuse('http.not-signed-in');
        throw refuse('identity.issuer-unreachable');
      }
    },
  };
}
