import type { Command } from 'commander';
import { fetchDescription } from '../api/description-cache.js';
import type { CliEnvironment } from '../config/environment.js';
import { CommandEnded, exitCodes } from '../exit-codes.js';
import { pick, type Terminal } from '../terminal.js';
import { SessionFile } from './session-file.js';

interface LoginOptions {
  readonly server?: string;
  readonly issuer?: string;
  readonly clientId: string;
  readonly scope: string;
  readonly resource?: string;
}

/** The server that a command speaks to: option, environment, the one of the sign-in. @throws CommandEnded (2) when none says it. */
export function serverOf(option: string | undefined, environment: CliEnvironment): string {
  const server = option ?? environment.server ?? new SessionFile(environment.folder).read()?.server;
  if (server === undefined)
    throw new CommandEnded(exitCodes.usage, 'which platform? --server URL or OPDOMAIN_SERVER 请用 --server 给出平台地址');
  if (!URL.canParse(server)) throw new CommandEnded(exitCodes.usage, `--server: not a URL 不是网址`);
  return server.endsWith('/') ? server : `${server}/`;
}

/**
 * The access token for a server: handed in by the environment, or that of the sign-in, renewed when it is about to end. A token is
 * never sent to another server than the one it was got for.
 */
export async function tokenFor(server: string, environment: CliEnvironment): Promise<string | undefined> {
  if (environment.token !== undefined) return environment.token;
  const file = new SessionFile(environment.folder);
  const session = file.read();
  if (session?.server !== server) return undefined;
  if (session.expiresAt - Date.now() > 30_000) return session.accessToken;
  const { refreshed } = await import('./device-login.js');
  const next = await refreshed(session, environment.patience);
  if (next === undefined) return session.accessToken;
  file.write(next);
  return next.accessToken;
}

export function addSession(program: Command, terminal: Terminal, environment: CliEnvironment): void {
  program
    .command('login')
    .description('sign in with a code, in any browser 登录')
    .option('-s, --server <url>', 'address of the platform')
    .option('--issuer <url>', 'OIDC issuer; the platform names its own')
    .option('--client-id <id>', 'client registered at the issuer', 'opdomain-cli')
    .option('--scope <scopes>', 'scopes to ask for', 'openid offline_access opdomain')
    .option('--resource <uri>', 'resource indicator (RFC 8707), where the issuer wants one')
    .action(async (options: LoginOptions) => {
      const server = serverOf(options.server, environment);
      const issuer = options.issuer ?? (await issuerOf(server, environment));
      const { deviceLogin } = await import('./device-login.js');
      const session = await deviceLogin({ ...options, server, issuer }, terminal, environment.patience);
      new SessionFile(environment.folder).write(session);
      terminal.err(pick(terminal, `已登录 ${server}\n`, `signed in to ${server}\n`));
    });
  program
    .command('logout')
    .description('end the sign-in at the issuer and here 退出登录')
    .action(() => logout(terminal, environment));
}

/** The file goes in any case; what still counts elsewhere is said. @throws CommandEnded (5) when the issuer did not revoke the refresh token. */
async function logout(terminal: Terminal, environment: CliEnvironment): Promise<void> {
  const file = new SessionFile(environment.folder);
  const session = file.read();
  if (session === undefined) {
    file.forget();
    terminal.err(pick(terminal, '本机未保存登录\n', 'no sign-in is kept here\n'));
    return;
  }
  const { revoked } = await import('./device-login.js');
  const outcome = await revoked(session, environment.patience).finally(() => file.forget());
  terminal.err(pick(terminal, '本机不再保存登录\n', 'nothing of the sign-in is kept here any more\n'));
  if (outcome === 'revoked') terminal.err(pick(terminal, '统一认证已撤销刷新令牌\n', 'the issuer has revoked the refresh token\n'));
  if (session.expiresAt > Date.now()) {
    const until = new Date(session.expiresAt).toISOString();
    terminal.err(
      pick(terminal, `已发出的访问令牌无法撤销，至 ${until} 失效\n`, `the access token cannot be revoked and ends at ${until}\n`),
    );
  }
  if (typeof outcome === 'object')
    throw new CommandEnded(
      exitCodes.unreachable,
      pick(
        terminal,
        `统一认证未撤销刷新令牌（${outcome.notRevoked}）：请在 ${session.issuer} 的账号页面结束该会话`,
        `the refresh token was not revoked (${outcome.notRevoked}): end the session on your account page at ${session.issuer}`,
      ),
    );
}

async function issuerOf(server: string, environment: CliEnvironment): Promise<string> {
  const url = (await fetchDescription(environment, server)).components?.securitySchemes?.oidc?.openIdConnectUrl;
  if (url === undefined)
    throw new CommandEnded(exitCodes.usage, 'the platform names no issuer: give --issuer 请用 --issuer 给出统一认证地址');
  return url.replace(/\/\.well-known\/openid-configuration$/, '');
}
