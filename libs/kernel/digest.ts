import { createHash, createHmac } from 'node:crypto';
import { canonicalJson } from './canonical.js';

/** A digest with its algorithm in front, e.g. `sha256:9f86…` (lower-case hex). */
export type Digest = `sha256:${string}` | `sm3:${string}`;

export const sha256 = (data: string | Uint8Array): Digest => `sha256:${createHash('sha256').update(data).digest('hex')}`;
export const sm3 = (data: string | Uint8Array): Digest => `sm3:${createHash('sm3').update(data).digest('hex')}`;

/** SHA-256 over the canonical JSON (RFC 8785) of a value: equal values have equal digests. */
export const digestOf = (value: unknown): Digest => sha256(canonicalJson(value));

/** A digest of what must not be guessed at: without the key nobody can compare it with that of a guess. */
export type KeyedDigest = `hmac-sha256:${string}`;

/** HMAC-SHA-256 (RFC 2104, FIPS 180-4) with its algorithm in front, as a digest has. */
export const keyedDigest = (key: Uint8Array, data: string | Uint8Array): KeyedDigest =>
  `hmac-sha256:${createHmac('sha256', key).update(data).digest('hex')}`;

/** HMAC-SM3 (GB/T 32905, RFC 2104), hex. */
export const hmacSm3 = (key: Uint8Array, data: string | Uint8Array): string => createHmac('sm3', key).update(data).digest('hex');
