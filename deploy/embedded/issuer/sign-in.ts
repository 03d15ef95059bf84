import * as oidc from 'openid-client';
import { clientId, redirectUri, audience } from './issuer.js';

/** A small cookie jar for one issuer: what a browser would send back. */
class Browser {
  private readonly cookies = new Map<string, string>();

  async get(url: string, form?: URLSearchParams): Promise<Response> {
    const response = await fetch(url, {
      redirect: 'manual',
      method: form === undefined ? 'GET' : 'POST',
      headers: { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === undefined ? {} : { body: form }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name === undefined || value === undefined) continue;
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }
}

/**
 * Signs a person in at the issuer by its own pages (authorization code with PKCE), as a browser would.
 * @returns the access token. @throws Error when the issuer does not let the person in.
 */
export async function signIn(issuer: string, subject: string, passcode: string): Promise<string> {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- plain http is refused by the library unless said out loud; this issuer is on loopback
  const config = await oidc.discovery(new URL(issuer), clientId, undefined, oidc.None(), { execute: [oidc.allowInsecureRequests] });
  const verifier = oidc.randomPKCECodeVerifier();
  const state = oidc.randomState();
  const begin = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid opdomain',
    resource: `urn:${audience}`,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
  });
  const browser = new Browser();
  let response = await browser.get(begin.href);
  for (let hops = 0; hops < 10; hops += 1) {
    const location = response.headers.get('location');
    if (location === null) throw new Error(`the issuer answered ${String(response.status)}`);
    const next = new URL(location, issuer);
    if (next.href.startsWith(redirectUri)) {
      const tokens = await oidc.authorizationCodeGrant(
        config,
        next,
        { pkceCodeVerifier: verifier, expectedState: state },
        { resource: `urn:${audience}` },
      );
      return tokens.access_token;
    }
    response = next.pathname.startsWith('/interaction/')
      ? await browser.get(next.href, new URLSearchParams({ subject, passcode }))
      : await browser.get(next.href);
  }
  throw new Error('the issuer redirected too often');
}
