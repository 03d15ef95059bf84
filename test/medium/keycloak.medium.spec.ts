import { defaultLimits } from '#platform/config';
import { identityContext } from '#identity';
import { addMs, newId, systemClock, type Clock } from '#kernel';
import { oidcConfig, verifierFor } from '#platform/http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as oidc from 'openid-client';
import { composeApi } from '../../apps/api/app.js';
import { runCommand } from '../../apps/cli/program.js';
import { redirectUri } from '../../deploy/embedded/issuer/issuer.js';
import { startKeycloak, type KeycloakServer } from '../../deploy/embedded/servers/index.js';
import { testAudience } from '../support/issuer.js';
import { browse, issuerOf, realm, realmFile, rotateKey } from '../support/keycloak-realm.js';
import { openMedium, type Medium } from '../support/medium.js';

const missing = process.env['OPDOMAIN_TEST_NO_KEYCLOAK'];
/** Says why, when this machine cannot run it; a skipped test never counts as passed. */
const describeHere = missing === undefined ? describe : describe.skip;

describeHere(`sign-in by an issuer that is not ours, Keycloak${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  const dir = mkdtempSync(join(tmpdir(), 'opdomain-keycloak-'));
  let keycloak: KeycloakServer;
  let medium: Medium;
  let issuer: string;
  let api: string;
  const opened: NestFastifyApplication[] = [];
  /** The platform's clock, against the issuer's, in milliseconds. */
  let ahead = 0;

  /** The platform's API as it would stand with Keycloak as its issuer. @returns its address. */
  async function openApi(tokenType: 'at+jwt' | 'bearer-claim'): Promise<string> {
    const oidcSettings = oidcConfig.parse({ issuer, audience: testAudience, tokenType, keysFreshSeconds: 1 });
    const clock: Clock = { now: () => addMs(systemClock.now(), ahead) };
    const config = { ...medium.platform.config, oidc: oidcSettings };
    const app = await composeApi({ ...medium.platform, config, clock, verifier: verifierFor(oidcSettings) });
    opened.push(app);
    await app.listen(0, '127.0.0.1');
    return app.getUrl();
  }

  beforeAll(async () => {
    [keycloak, medium] = await Promise.all([startKeycloak({ dir }), openMedium({ contexts: [identityContext] })]);
    await keycloak.admin('POST', '', realmFile);
    issuer = issuerOf(keycloak);
    api = await openApi('at+jwt');
  }, 900_000);
  afterAll(async () => {
    for (const app of opened) await app.close();
    await medium.close();
    await keycloak.stop();
    rmSync(dir, { recursive: true, force: true });
  }, 60_000);

  const client = (clientId: string): Promise<oidc.Configuration> =>
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- plain http, on loopback alone
    oidc.discovery(new URL(issuer), clientId, undefined, oidc.None(), { execute: [oidc.allowInsecureRequests] });

  /** Authorization code with PKCE, by Keycloak's own pages. */
  async function signIn(username = 'li', clientId = 'opdomain-cli', scope = 'openid') {
    const config = await client(clientId);
    const [verifier, state, nonce] = [oidc.randomPKCECodeVerifier(), oidc.randomState(), oidc.randomNonce()];
    const begin = oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope,
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const back = await browse(begin.href, username);
    return oidc.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce });
  }

  async function self(
    token: string,
    at = api,
  ): Promise<{ status: number; personId?: string; code?: string; details?: Record<string, unknown> }> {
    const response = await fetch(`${at}/api/v1/people/self`, { headers: { authorization: `Bearer ${token}` } });
    return { ...((await response.json()) as object), status: response.status };
  }
  /** Registers whoever the token stands for, where they are not, as the platform operator would from what the refusal tells. */
  async function register(token: string): Promise<string> {
    const { code, personId, details = {} } = await self(token);
    if (code !== 'identity.unknown-person') return String(personId);
    const organisationId = await medium.organisation('unit');
    const made = await medium.operator.post<{ id: string }>('/people', {
      name: newId(),
      issuer: String(details['issuer']),
      subject: String(details['subject']),
      organisationId,
    });
    expect(made.status).toBe(201);
    return made.body.id;
  }

  async function member(username = 'li', clientId = 'opdomain-cli'): Promise<Awaited<ReturnType<typeof signIn>>> {
    const tokens = await signIn(username, clientId);
    if (clientId === 'opdomain-cli') await register(tokens.access_token);
    return tokens;
  }

  it('tells who is not registered their own subject and issuer, with which they can be, and then lets them in [ACC-01] [ACC-04]', async () => {
    const { access_token } = await signIn();
    const { sub } = JSON.parse(Buffer.from(access_token.split('.')[1] ?? '', 'base64url').toString()) as { sub: string };
    expect(await self(access_token)).toMatchObject({ status: 401, code: 'identity.unknown-person', details: { subject: sub, issuer } });
    const personId = await register(access_token);
    expect(await self(access_token)).toMatchObject({ status: 200, personId });
  });

  it('takes access tokens and no other token that the issuer signs [ACC-01]', async () => {
    const strict = await member();
    const plain = await member('li', 'plain');
    const byClaim = await openApi('bearer-claim');
    expect(await self(strict.access_token)).toMatchObject({ status: 200 });
    expect(await self(plain.access_token)).toMatchObject({ status: 401, code: 'identity.token-type' });
    expect(await self(plain.access_token, byClaim)).toMatchObject({ status: 200 });
    for (const { id_token = '', refresh_token = '' } of [strict, plain])
      for (const at of [api, byClaim])
        for (const token of [id_token, refresh_token])
          expect(['http.not-signed-in', 'identity.token-type']).toContain((await self(token, at)).code);
  });

  it('enforces PKCE for the command line’s client', async () => {
    const begin = oidc.buildAuthorizationUrl(await client('opdomain-cli'), { redirect_uri: redirectUri, scope: 'openid', state: 's' });
    expect((await browse(begin.href, 'li')).searchParams.get('error')).toBe('invalid_request');
  });

  it('with its clock five minutes behind ours is understood, and five minutes ahead is refused by name', async () => {
    const { access_token } = await member();
    try {
      ahead = 300_000;
      expect(await self(access_token)).toMatchObject({ status: 200 });
      ahead = -300_000;
      const refused = await self(access_token);
      expect(refused).toMatchObject({ status: 401, code: 'identity.token-from-the-future', details: { toleranceSeconds: 5 } });
      expect(Number(refused.details?.['aheadSeconds'])).toBeGreaterThan(290);
    } finally {
      ahead = 0;
    }
  });

  it('may put 200 groups into a token; what is larger than all headers may be is refused in our words', async () => {
    const { access_token } = await member('grouped');
    expect(access_token.length).toBeGreaterThan(16_384);
    expect(await self(access_token)).toMatchObject({ status: 200 });
    expect(await self('x'.repeat(70_000))).toMatchObject({ status: 431, code: 'http.headers-too-large', details: { bytes: 65_536 } });
  });

  it('changes its key under way: tokens by the new one count at once, by the old one until it is withdrawn', async () => {
    const old = (await member()).access_token;
    expect((await self(old)).status).toBe(200);
    const rotation = await rotateKey(keycloak);
    const fresh = (await member()).access_token;
    const kid = (token: string): unknown =>
      (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: unknown }).kid;
    expect(kid(fresh)).not.toBe(kid(old));
    expect([(await self(fresh)).status, (await self(old)).status]).toEqual([200, 200]);
    await rotation.withdraw();
    await medium.until(async () => (await self(old)).status === 401, 'the old key to count no longer');
    expect(await self(old)).toMatchObject({ code: 'http.not-signed-in', details: { reason: 'unknown-key' } });
    expect((await self(fresh)).status).toBe(200);
  });

  it('signs in the command line by a device code, and revokes its refresh token on logout [ACC-01]', async () => {
    const folder = join(dir, 'cli');
    const run = async (...args: string[]): Promise<{ code: number; said: string }> => {
      let said = '';
      let entered: Promise<unknown> = Promise.resolve();
      const write = (text: string | Uint8Array): void => {
        said += Buffer.from(text).toString('utf8');
        const url = /https?:\/\/\S+user_code=\S+/.exec(Buffer.from(text).toString('utf8'))?.[0];
        if (url !== undefined) entered = browse(url, 'li');
      };
      const terminal = { out: write, err: write, language: 'en' } as const;
      const code = await runCommand(args, terminal, { language: 'en', server: api, token: undefined, patience: defaultLimits.cli, folder });
      await entered;
      return { code, said };
    };
    expect(await run('login', '--scope', 'openid offline_access')).toMatchObject({ code: 0 });
    expect(await run('person.self-read', '--json')).toMatchObject({ code: 0, said: expect.stringContaining('personId') });
    const { refreshToken = '' } = JSON.parse(readFileSync(join(folder, 'session.json'), 'utf8')) as { refreshToken?: string };
    const config = await client('opdomain-cli');
    expect((await self((await oidc.refreshTokenGrant(config, refreshToken)).access_token)).status).toBe(200);
    expect(await run('logout')).toMatchObject({ code: 0, said: expect.stringContaining('the issuer has revoked the refresh token') });
    await expect(oidc.refreshTokenGrant(config, refreshToken)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('renews for a person whom we have locked, in vain; and for one that it has disabled, not at all [TERM-01]', async () => {
    const config = await client('opdomain-cli');
    const tokens = await member();
    const { personId } = await self(tokens.access_token);
    const path = `/people/${String(personId)}/locks`;
    const { id: lockId } = (await medium.security.post<{ id: string }>(path, { ground: 'drill', reason: '演练' })).body;
    const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
    for (const token of [tokens.access_token, renewed.access_token, (await member()).access_token])
      expect(await self(token)).toMatchObject({ status: 403, code: 'identity.person-locked' });
    expect((await medium.security.post(`${path}/${lockId}/lifts`, { reason: '结束' })).status).toBe(201);
    expect(await self(renewed.access_token)).toMatchObject({ status: 401, code: 'identity.session-ended' });
    await medium.until(
      async () => (await self((await oidc.refreshTokenGrant(config, renewed.refresh_token ?? '')).access_token)).status === 200,
      'a token that is surely from after the lift',
    );

    const [user] = (await keycloak.admin('GET', `/${realm}/users?username=li&exact=true`)) as { id: string }[];
    await keycloak.admin('PUT', `/${realm}/users/${String(user?.id)}`, { enabled: false });
    await expect(oidc.refreshTokenGrant(config, renewed.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' });
  });
});
