import * as oidc from 'openid-client';
import type { Patience } from '../api/patience.js';
import { CommandEnded, exitCodes } from '../exit-codes.js';
import { pick, type Terminal } from '../terminal.js';
import type { Session } from './session-file.js';

export interface LoginRequest {
  readonly server: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
  readonly resource?: string | undefined;
}

const loopback = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(\/|$)/;

async function configurationOf(issuer: string, clientId: string, { issuerMs }: Patience): Promise<oidc.Configuration> {
  // Plain http only to this very machine, where the embedded issuer listens.
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the library marks it so that nobody uses it by accident
  const more = loopback.test(issuer) ? { execute: [oidc.allowInsecureRequests] } : {};
  return oidc.discovery(new URL(issuer), clientId, undefined, oidc.None(), { ...more, timeout: issuerMs / 1000 });
}

const failed = (terminal: Terminal, fault: unknown): CommandEnded => {
  const reason = reasonOf(fault);
  return new CommandEnded(exitCodes.notSignedIn, pick(terminal, `登录未完成:${reason}`, `not signed in: ${reason}`));
};

/** Signs a person in by the device authorization grant (RFC 8628): a code here, the sign-in in whatever browser they have. */
export async function deviceLogin(request: LoginRequest, terminal: Terminal, patience: Patience): Promise<Session> {
  try {
    const config = await configurationOf(request.issuer, request.clientId, patience);
    const more = request.resource === undefined ? {} : { resource: request.resource };
    // An issuer that demands PKCE of a client (Keycloak) demands it for device codes too; the others pass over what they do not know.
    const verifier = oidc.randomPKCECodeVerifier();
    const started = await oidc.initiateDeviceAuthorization(config, {
      scope: request.scope,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...more,
    });
    const where = started.verification_uri_complete ?? started.verification_uri;
    terminal.err(
      pick(
        terminal,
        `请在浏览器打开 ${where}\n并核对代码 ${started.user_code}\n`,
        `Open ${where}\nand check that it shows the code ${started.user_code}\n`,
      ),
    );
    const tokens = await oidc.pollDeviceAuthorizationGrant(config, started, { code_verifier: verifier, ...more });
    return sessionOf(request, tokens);
  } catch (fault) {
    throw failed(terminal, fault);
  }
}

/** A fresh access token from the refresh token, or undefined where there is none or it no longer counts. */
export async function refreshed(session: Session, patience: Patience): Promise<Session | undefined> {
  if (session.refreshToken === undefined) return undefined;
  try {
    const config = await configurationOf(session.issuer, session.clientId, patience);
    const tokens = await oidc.refreshTokenGrant(config, session.refreshToken);
    return { ...sessionOf(session, tokens), refreshToken: tokens.refresh_token ?? session.refreshToken };
  } catch {
    return undefined;
  }
}

/** What became of the refresh token at a sign-out. */
export type RevokedRefreshToken = 'revoked' | 'none' | { readonly notRevoked: string };

/** Revokes the refresh token at the issuer (RFC 7009). An answer that is missing is no revocation: the reason says what came instead. */
export async function revoked(session: Session, patience: Patience): Promise<RevokedRefreshToken> {
  if (session.refreshToken === undefined) return 'none';
  try {
    const config = await configurationOf(session.issuer, session.clientId, patience);
    if (config.serverMetadata().revocation_endpoint === undefined) return { notRevoked: 'no revocation_endpoint' };
    await oidc.tokenRevocation(config, session.refreshToken, { token_type_hint: 'refresh_token' });
    return 'revoked';
  } catch (fault) {
    return { notRevoked: reasonOf(fault) };
  }
}

const reasonOf = (fault: unknown): string =>
  fault instanceof oidc.ResponseBodyError ? fault.error : fault instanceof Error ? fault.name : 'fault';

const sessionOf = (
  { server, issuer, clientId }: Pick<Session, 'server' | 'issuer' | 'clientId'>,
  tokens: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers,
): Session => ({
  server,
  issuer,
  clientId,
  accessToken: tokens.access_token,
  ...(tokens.refresh_token === undefined ? {} : { refreshToken: tokens.refresh_token }),
  expiresAt: Date.now() + 1000 * (tokens.expiresIn() ?? 300),
});
