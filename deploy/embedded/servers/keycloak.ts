import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { keptSecret } from '../processes/files.js';
import { keptPort } from '../processes/ports.js';
import { endLeftover, supervise } from '../processes/supervise.js';
import { ensureKeycloak, type Report } from '../tools/index.js';

export interface KeycloakOptions {
  readonly dir: string;
  readonly report?: Report;
}

export interface KeycloakServer {
  readonly url: string;
  readonly pids: { readonly keycloak: number };
  /** Calls the admin REST API below `/admin/realms`. @throws Error for an answer that is no success. */
  admin(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

/** What its Java may take: heap, and the classes beside it. */
const memory = ['-Xms64m', '-Xmx512m', '-XX:MaxMetaspaceSize=256m', '-XX:+ExitOnOutOfMemoryError'];
/** It lives for minutes: compiling further than the first tier costs more than it gives. */
const shortLived = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
const opens = ['util', 'util.concurrent', 'security', 'lang'].map((name) => `--add-opens=java.base/java.${name}=ALL-UNNAMED`);

/** An issuer that is not ours, on loopback, that forgets everything when it ends. */
export async function startKeycloak(options: KeycloakOptions): Promise<KeycloakServer> {
  const dir = resolve(options.dir);
  const { home, java } = await ensureKeycloak(options.report ?? (() => undefined));
  await mkdir(dir, { recursive: true });
  await endLeftover(dir, 'keycloak');
  const port = await keptPort(dir, 'keycloak');
  const url = `http://127.0.0.1:${String(port)}`;
  const password = await keptSecret(dir, 'keycloak-admin');
  const server = await supervise({
    name: 'keycloak',
    dir,
    command: java,
    args: [
      ...memory,
      ...shortLived,
      ...opens,
      `-Dkc.home.dir=${home}`,
      `-Djboss.server.config.dir=${join(home, 'conf')}`,
      '-Djava.util.logging.manager=org.jboss.logmanager.LogManager',
      `-Djava.io.tmpdir=${dir}`,
      '-cp',
      join(home, 'lib', 'quarkus-run.jar'),
      'io.quarkus.bootstrap.runner.QuarkusEntryPoint',
      'start',
      '--optimized',
      '--http-enabled=true',
      '--http-host=127.0.0.1',
      `--http-port=${String(port)}`,
      `--hostname=${url}`,
    ],
    env: { KC_BOOTSTRAP_ADMIN_USERNAME: 'admin', KC_BOOTSTRAP_ADMIN_PASSWORD: password },
    ready: () => answers(`${url}/realms/master`),
    readyWithinSeconds: 400,
  });
  return {
    url,
    pids: { keycloak: server.pid },
    stop: () => server.stop(),
    async admin(method, path, body) {
      const response = await fetch(`${url}/admin/realms${path}`, {
        method,
        headers: { authorization: `Bearer ${await adminToken(url, password)}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`Keycloak answered ${String(response.status)} to ${method} ${path}: ${text.slice(0, 400)}`);
      return text === '' ? undefined : (JSON.parse(text) as unknown);
    },
  };
}

async function answers(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  if (!response.ok) throw new Error(`it answers ${String(response.status)}`);
}

/** Lives for a minute at Keycloak, so each call gets its own. */
async function adminToken(url: string, password: string): Promise<string> {
  const response = await fetch(`${url}/realms/master/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', username: 'admin', password }),
  });
  if (!response.ok) throw new Error(`Keycloak did not sign its administrator in: ${String(response.status)}`);
  return ((await response.json()) as { access_token: string }).access_token;
}
