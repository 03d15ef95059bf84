import type { KeycloakServer } from '../../deploy/embedded/servers/index.js';
import { redirectUri } from '../../deploy/embedded/issuer/issuer.js';
import { testAudience } from './issuer.js';

export const realm = 'opdomain';
export const password = 'a-password-of-the-test';
/** 200 groups whose names make a token of more than 16 KiB, the most that Node takes for all headers unless told otherwise. */
const groups = Array.from({ length: 200 }, (_, n) => ({ name: `省公共数据授权运营域-第${String(n).padStart(3, '0')}号数据资源使用单位` }));

const client = (clientId: string, attributes: Record<string, string>, more: object = {}) => ({
  clientId,
  publicClient: true,
  standardFlowEnabled: true,
  directAccessGrantsEnabled: false,
  redirectUris: [redirectUri],
  attributes: { 'pkce.code.challenge.method': 'S256', 'oauth2.device.authorization.grant.enabled': 'true', ...attributes },
  protocolMappers: [
    {
      name: 'audience',
      protocol: 'openid-connect',
      protocolMapper: 'oidc-audience-mapper',
      config: { 'included.custom.audience': testAudience, 'access.token.claim': 'true' },
    },
    {
      name: 'groups',
      protocol: 'openid-connect',
      protocolMapper: 'oidc-group-membership-mapper',
      config: { 'claim.name': 'groups', 'full.path': 'true', 'access.token.claim': 'true' },
    },
  ],
  ...more,
});

/** A realm as an administrator would set it up for the platform: the CLI's client, PKCE enforced, RFC 9068 tokens for it. */
export const realmFile = {
  realm,
  enabled: true,
  sslRequired: 'none',
  accessTokenLifespan: 600,
  clients: [
    client('opdomain-cli', { 'access.token.header.type.rfc9068': 'true' }),
    client('plain', { 'access.token.header.type.rfc9068': 'false' }),
  ],
  groups,
  users: ['li', 'grouped'].map((username) => ({
    username,
    enabled: true,
    email: `${username}@example.org`,
    emailVerified: true,
    firstName: username,
    lastName: username,
    credentials: [{ type: 'password', value: password, temporary: false }],
    realmRoles: ['default-roles-opdomain'],
    groups: username === 'grouped' ? groups.map(({ name }) => `/${name}`) : [],
  })),
};

export const issuerOf = ({ url }: KeycloakServer): string => `${url}/realms/${realm}`;

/** Signs with a key of its own from now on; `withdraw` removes every other RSA signing key. */
export async function rotateKey(keycloak: KeycloakServer): Promise<{ withdraw(): Promise<void> }> {
  const { id } = (await keycloak.admin('GET', `/${realm}`)) as { id: string };
  const path = `/${realm}/components`;
  const providers = (await keycloak.admin('GET', `${path}?type=org.keycloak.keys.KeyProvider`)) as { id: string; providerId: string }[];
  await keycloak.admin('POST', path, {
    name: 'next',
    providerId: 'rsa-generated',
    providerType: 'org.keycloak.keys.KeyProvider',
    parentId: id,
    config: { priority: ['200'], enabled: ['true'], active: ['true'], algorithm: ['RS256'], keySize: ['2048'] },
  });
  return {
    withdraw: async () => {
      for (const old of providers.filter(({ providerId }) => providerId === 'rsa-generated'))
        await keycloak.admin('DELETE', `${path}/${old.id}`);
    },
  };
}

/** A browser that fills in whatever Keycloak's pages ask: name and password, and the consent that a device needs. */
export async function browse(start: string, username: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let next: { url: string; form?: URLSearchParams } = { url: start };
  for (let steps = 0; steps < 16; steps += 1) {
    const response = await fetch(next.url, {
      redirect: 'manual',
      method: next.form === undefined ? 'GET' : 'POST',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(next.form === undefined ? {} : { body: next.form }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) cookies.set(name, value);
    }
    const location = response.headers.get('location');
    const here = new URL(location ?? next.url, next.url);
    if (here.href.startsWith(redirectUri)) return here;
    if (location !== null) {
      next = { url: here.href };
      continue;
    }
    const page = await response.text();
    const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&');
    if (action === undefined) return here;
    const form = new URLSearchParams();
    for (const [input] of page.matchAll(/<input[^>]*>/g)) {
      const name = /name="([^"]+)"/.exec(input)?.[1];
      if (name !== undefined && name !== 'cancel') form.set(name, /value="([^"]*)"/.exec(input)?.[1] ?? '');
    }
    if (form.has('password')) {
      form.set('username', username);
      form.set('password', password);
    }
    next = { url: new URL(action, next.url).href, form };
  }
  throw new Error('the pages do not end');
}
