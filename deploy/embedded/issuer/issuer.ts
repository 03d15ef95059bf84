import { exportJWK, generateKeyPair } from 'jose';
import { createServer } from 'node:http';
import { timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { Provider, type Configuration } from 'oidc-provider';
import pg from 'pg';
import { keptSecret, readIfThere, writePrivateOnce } from '../processes/files.js';
import { keptPort } from '../processes/ports.js';
import { samplePeople } from '../samples/people.js';
import { adapterOn, prepareIssuerStore } from './adapter.js';
import { formPage, messagePage, signInPage } from './pages.js';

export const audience = 'opdomain-api';
/** Public client (PKCE, device code) of the CLI and of the demo. */
export const clientId = 'opdomain-cli';
export const redirectUri = 'http://127.0.0.1/opdomain/callback';

export interface EmbeddedIssuer {
  readonly url: string;
  passcode(subject: string): Promise<string>;
  close(): Promise<void>;
}

/** One signing key and one cookie key, kept over restarts. */
async function keptJwk(dir: string): Promise<Record<string, unknown>> {
  const path = join(dir, 'secrets', 'issuer.jwk');
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  await writePrivateOnce(path, JSON.stringify({ ...(await exportJWK(privateKey)), kid: 'embedded', alg: 'ES256', use: 'sig' }));
  return JSON.parse((await readIfThere(path)) ?? '{}') as Record<string, unknown>;
}

const signedWith = { id_token_signed_response_alg: 'ES256' } as const;

async function configuration(dir: string, pool: pg.Pool): Promise<Configuration> {
  return {
    adapter: adapterOn(pool),
    clients: [
      {
        client_id: clientId,
        client_name: 'opdomain',
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
        response_types: ['code'],
        ...signedWith,
      },
    ],
    jwks: { keys: [await keptJwk(dir)] },
    cookies: { keys: [await keptSecret(dir, 'issuer-cookies')] },
    pkce: { required: () => true },
    ttl: {
      AccessToken: 3600,
      Session: 8 * 3600,
      Grant: 8 * 3600,
      Interaction: 600,
      IdToken: 3600,
      RefreshToken: 8 * 3600,
      DeviceCode: 600,
    },
    findAccount: (_context, subject) =>
      samplePeople.some((person) => person.subject === subject) ? { accountId: subject, claims: () => ({ sub: subject }) } : undefined,
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    features: {
      devInteractions: { enabled: false },
      // RFC 7009: signing out ends the refresh token here, not only where it was kept.
      revocation: { enabled: true, allowedPolicy: (_context, client, token) => token.clientId === client.clientId },
      deviceFlow: {
        enabled: true,
        userCodeInputSource: (context, form) => void (context.body = formPage('输入设备码 Enter the code', form)),
        userCodeConfirmSource: (context, form) => void (context.body = formPage('确认设备 Confirm the device', form)),
        successSource: (context) =>
          void (context.body = messagePage('已登录 Signed in', '可以回到命令行。You can go back to the command line.')),
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => `urn:${audience}`,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'opdomain',
          audience,
          accessTokenTTL: 3600,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
    // The people are the installation's own: what the CLI asks for is granted without a page that asks again.
    loadExistingGrant: async (context) => {
      const { client, session } = context.oidc;
      if (client === undefined || session?.accountId === undefined) return undefined;
      const grant = new context.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid offline_access');
      grant.addResourceScope(`urn:${audience}`, 'opdomain');
      await grant.save();
      return grant;
    },
    renderError: (context, out) => void (context.body = messagePage('无法登录 Sign-in failed', out.error)),
  };
}

const same = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/** Answers our two pages: the sign-in form and its post. @returns whether the request was one of ours. */
function signIn(provider: Provider, dir: string) {
  return async (request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse): Promise<boolean> => {
    if (!/^\/interaction\/[\w-]+$/.test(request.url ?? '')) return false;
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.setHeader(
      'content-security-policy',
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
    );
    await provider.interactionDetails(request, response);
    if (request.method !== 'POST') {
      response.end(signInPage(request.url ?? '', samplePeople, false));
      return true;
    }
    let body = '';
    for await (const chunk of request) {
      body += String(chunk);
      if (body.length > 4096) throw new Error('form too large');
    }
    const form = new URLSearchParams(body);
    const subject = form.get('subject') ?? '';
    const person = samplePeople.find((candidate) => candidate.subject === subject);
    if (person === undefined || !same(form.get('passcode') ?? '', await passcodeOf(dir, subject))) {
      response.statusCode = 401;
      response.end(signInPage(request.url ?? '', samplePeople, true));
      return true;
    }
    await provider.interactionFinished(
      request,
      response,
      { login: { accountId: subject, amr: ['pwd'] }, consent: {} },
      { mergeWithLastSubmission: false },
    );
    return true;
  };
}

const passcodeOf = (dir: string, subject: string): Promise<string> => keptSecret(dir, `passcode-${subject}`);

/** The embedded profile's OIDC issuer on loopback, for the sample people alone. Production uses the government's own. */
export async function startIssuer(dir: string, databaseUrl: string): Promise<EmbeddedIssuer> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  pool.on('error', () => undefined);
  await prepareIssuerStore(pool);
  const port = await keptPort(dir, 'issuer');
  const url = `http://127.0.0.1:${String(port)}`;
  const provider = new Provider(url, await configuration(dir, pool));
  const own = signIn(provider, dir);
  const handle = provider.callback();
  const server = createServer((request, response) => {
    own(request, response)
      .then((ours) => (ours ? undefined : handle(request, response)))
      .catch(() => {
        if (!response.headersSent) response.writeHead(400, { 'content-type': 'text/html; charset=utf-8' });
        response.end(messagePage('无法登录 Sign-in failed', '请重新开始。Please start again.'));
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url,
    passcode: (subject) => passcodeOf(dir, subject),
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await pool.end();
    },
  };
}
