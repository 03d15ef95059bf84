import { Refusal, type Instant } from '#kernel';
import { createHash } from 'node:crypto';
import { errors, jwtVerify, type JWTHeaderParameters, type JWTPayload, type JWTVerifyGetKey, type JWTVerifyResult } from 'jose';
import { IssuerKeys } from './issuer-keys.js';
import type { OidcConfig } from './oidc.config.js';
import { refuse } from './refusals.js';
import { isText } from './text.js';

export interface TokenClaims {
  readonly issuer: string;
  readonly subject: string;
  /** Seconds since 1970 at which the token was issued, by the issuer's clock. */
  readonly issuedAt: number;
  readonly tokenId: string;
}
export interface TokenVerifier {
  /** How far the issuer's clock may be from ours, either way. */
  readonly clockToleranceSeconds: number;
  /**
   * @throws Refusal `http.not-signed-in` for a token that is not whole, ours and in time, `identity.token-type` for one that is no access
   * token, `identity.token-from-the-future`, `identity.token-too-long-lived`; `identity.issuer-unreachable` (503) where that is unknown.
   */
  verify(token: string, at: Instant): Promise<TokenClaims>;
  /** @throws Refusal `identity.issuer-unreachable` while no token could be verified. */
  health(): Promise<void>;
}

const algorithms = ['ES256', 'EdDSA', 'RS256', 'PS256'];

/** Why a token does not sign anybody in. */
export type TokenFault =
  | 'malformed'
  | 'critical-header'
  | 'algorithm'
  | 'unknown-key'
  | 'signature'
  | 'issuer'
  | 'audience'
  | 'client'
  | 'claims'
  | 'expired'
  | 'not-yet-valid';
const notSignedIn = (reason: TokenFault): Refusal => refuse('http.not-signed-in', { reason });

const faultOfClaim: Readonly<Record<string, TokenFault>> = { iss: 'issuer', aud: 'audience', nbf: 'not-yet-valid' };

function faultOf(error: unknown): TokenFault {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) return faultOfClaim[error.claim] ?? 'claims';
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) return 'algorithm';
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) return 'unknown-key';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  return 'malformed';
}

/** A fault of the token is the caller's; a published key that cannot be used is the issuer's. */
const refusalOf = (error: unknown): Refusal =>
  error instanceof errors.JOSEError && !(error instanceof errors.JWKSInvalid)
    ? notSignedIn(faultOf(error))
    : refuse('identity.issuer-unreachable', { fault: 'unusable key' });

/** Verifies access tokens (RFC 9068, or as `tokenType` says) against the issuer's published keys. */
export function verifierFor(config: OidcConfig, keys = new IssuerKeys(config)): TokenVerifier {
  const check = (token: string, getKey: JWTVerifyGetKey, at: Instant): Promise<JWTVerifyResult> =>
    jwtVerify(token, getKey, {
      issuer: config.issuer,
      audience: config.audience,
      algorithms,
      clockTolerance: config.clockToleranceSeconds,
      currentDate: new Date(at),
      requiredClaims: ['sub', 'iat', 'exp', ...(config.requireTokenId ? ['jti'] : [])],
    });
  const signed = async (token: string, at: Instant): Promise<JWTVerifyResult> => {
    try {
      return await check(token, await keys.current(), at);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      // The issuer may have changed its keys since they were read.
      return await check(token, await keys.reread(), at);
    }
  };
  return {
    clockToleranceSeconds: config.clockToleranceSeconds,
    async health() {
      await keys.current();
    },
    async verify(token, at) {
      const { payload, protectedHeader } = await signed(token, at).catch((error: unknown) => {
        throw error instanceof Refusal ? error : refusalOf(error);
      });
      if (!keepable(payload)) throw notSignedIn('claims');
      if (protectedHeader.crit !== undefined) throw notSignedIn('critical-header');
      if (!isAccessToken(config, protectedHeader, payload)) throw refuse('identity.token-type', { wanted: config.tokenType });
      const client = payload['client_id'] ?? payload['azp'];
      if (config.clients !== undefined && !config.clients.some((known) => known === client)) throw notSignedIn('client');
      return claimsOf(config, token, payload, at);
    },
  };
}

/** ID tokens are signed by the same keys and may name the same audience: `nonce` and hashes of what was sent along stand in them alone. */
function isAccessToken({ tokenType }: OidcConfig, header: JWTHeaderParameters, payload: JWTPayload): boolean {
  if (['nonce', 'at_hash', 'c_hash', 's_hash'].some((claim) => payload[claim] !== undefined)) return false;
  const type = header.typ?.toLowerCase().replace(/^application\//, '');
  if (tokenType === 'at+jwt') return type === 'at+jwt';
  return payload['typ'] === 'Bearer' && (type === undefined || type === 'jwt' || type === 'at+jwt');
}

/** Whatever of a token is looked up or recorded is text that PostgreSQL takes. */
const keepable = (payload: JWTPayload): boolean => Object.values(payload).every((claim) => typeof claim !== 'string' || isText(claim));

function claimsOf(config: OidcConfig, token: string, { sub, iat, exp, jti }: JWTPayload, at: Instant): TokenClaims {
  if (typeof sub !== 'string' || sub === '' || typeof iat !== 'number' || typeof exp !== 'number') throw notSignedIn('claims');
  if (config.requireTokenId ? typeof jti !== 'string' || jti === '' : jti !== undefined && typeof jti !== 'string')
    throw notSignedIn('claims');
  const ahead = iat - Date.parse(at) / 1000;
  if (ahead > config.clockToleranceSeconds)
    throw refuse('identity.token-from-the-future', { aheadSeconds: Math.ceil(ahead), toleranceSeconds: config.clockToleranceSeconds });
  if (exp - iat > config.maxTokenSeconds)
    throw refuse('identity.token-too-long-lived', { seconds: Math.ceil(exp - iat), mostSeconds: config.maxTokenSeconds });
  return { issuer: config.issuer, subject: sub, issuedAt: iat, tokenId: jti ?? digestOfToken(token) };
}

/** Names a token that has no id of its own, without giving any of it away. */
const digestOfToken = (token: string): string => `sha256:${createHash('sha256').update(token).digest('hex')}`;
