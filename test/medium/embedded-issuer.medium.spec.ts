import { systemClock } from '#kernel';
import { oidcConfig, verifierFor } from '#platform/http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as oidc from 'openid-client';
import { audience, clientId, startIssuer, type EmbeddedIssuer } from '../../deploy/embedded/issuer/issuer.js';
import { signIn } from '../../deploy/embedded/issuer/sign-in.js';
import { samplePeople } from '../../deploy/embedded/samples/people.js';
import { openDatabase, type TestDatabase } from '../support/database.js';

let dir = '';
let database: TestDatabase;
let issuer: EmbeddedIssuer;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opdomain-issuer-'));
  await chmod(dir, 0o711);
  database = await openDatabase(dir, []);
  issuer = await startIssuer(dir, database.url);
});
afterAll(async () => {
  await issuer.close();
  await database.drop();
  await rm(dir, { recursive: true, force: true });
});

describe('the embedded issuer', () => {
  it('signs in every sample person by their own passcode, with a token that the API accepts [ACC-01]', async () => {
    const verifier = verifierFor(oidcConfig.parse({ issuer: issuer.url, audience }));
    for (const person of samplePeople) {
      const token = await signIn(issuer.url, person.subject, await issuer.passcode(person.subject));
      expect(await verifier.verify(token, systemClock.now())).toMatchObject({ issuer: issuer.url, subject: person.subject });
    }
  });

  it('lets nobody in with another person’s passcode, and verifies no token that was changed [ACC-04]', async () => {
    await expect(signIn(issuer.url, 'li', await issuer.passcode('sun'))).rejects.toThrow('401');
    const token = await signIn(issuer.url, 'li', await issuer.passcode('li'));
    const verifier = verifierFor(oidcConfig.parse({ issuer: issuer.url, audience }));
    const [head = '', body = '', signature = ''] = token.split('.');
    const other = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(body, 'base64url').toString()), sub: 'sun' })).toString(
      'base64url',
    );
    await expect(verifier.verify(`${head}.${other}.${signature}`, systemClock.now())).rejects.toMatchObject({ code: 'http.not-signed-in' });
  });

  it('finds its keys again after a restart, so that tokens stay good', async () => {
    const token = await signIn(issuer.url, 'li', await issuer.passcode('li'));
    await issuer.close();
    issuer = await startIssuer(dir, database.url);
    const verifier = verifierFor(oidcConfig.parse({ issuer: issuer.url, audience }));
    expect(await verifier.verify(token, systemClock.now())).toMatchObject({ subject: 'li' });
  });

  it('hands a device code to a command line without a browser', async () => {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- plain http, on loopback alone
    const config = await oidc.discovery(new URL(issuer.url), clientId, undefined, oidc.None(), { execute: [oidc.allowInsecureRequests] });
    const device = await oidc.initiateDeviceAuthorization(config, { scope: 'openid opdomain', resource: `urn:${audience}` });
    expect(device.user_code).toMatch(/^[A-Z0-9-]{8,}$/);
    const page = await fetch(device.verification_uri_complete ?? device.verification_uri);
    expect(await page.text()).toContain('<form');
  });
});
