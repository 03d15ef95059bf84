import { z } from 'zod';

/** Whether an address may be spoken to in clear: only this very machine. */
export const isLoopback = (url: string): boolean => /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(\/|$)/.test(url);
const secured = (url: string): boolean => url.startsWith('https:') || isLoopback(url);

/**
 * How the issuer marks an access token, so that an ID token is never taken for one.
 * `at+jwt`: by the header `typ` (RFC 9068). `bearer-claim`: by a payload claim `typ: "Bearer"` under a header `typ` of `JWT` or none, as
 * Keycloak does unless its client is told to use RFC 9068.
 */
export const tokenTypes = ['at+jwt', 'bearer-claim'] as const;

/** The OIDC issuer that signs people in (ACC-01): the only way; there are no local passwords. */
export const oidcConfig = z
  .object({
    issuer: z.url(),
    audience: z.string().min(1),
    /** Where the keys are; read from the issuer's discovery document when left out. */
    jwksUri: z.url().optional(),
    tokenType: z.enum(tokenTypes).default('at+jwt'),
    clients: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('Clients (`client_id` or `azp`) whose tokens count; every client of the issuer when left out'),
    clockToleranceSeconds: z
      .number()
      .int()
      .min(0)
      .max(60)
      .default(5)
      .describe('How far any two of the clocks of issuer, database and ourselves may be apart'),
    maxTokenSeconds: z.number().int().min(60).max(86_400).default(3600).describe('The longest life of an access token'),
    requireTokenId: z.boolean().default(true).describe('Whether every token must carry `jti`; false for an issuer that sets none'),
    keysFreshSeconds: z.number().min(1).max(3600).default(300).describe('How long keys are used without being read again'),
  })
  .strict()
  .refine((config) => secured(config.issuer), { message: 'an issuer beyond loopback must be https', path: ['issuer'] })
  .refine((config) => config.jwksUri === undefined || secured(config.jwksUri), {
    message: 'keys from beyond loopback must come by https',
    path: ['jwksUri'],
  });
export type OidcConfig = z.infer<typeof oidcConfig>;
