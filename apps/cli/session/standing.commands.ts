import { type Command, Option } from 'commander';
import { z } from 'zod';
import { ApiClient } from '../api/client.js';
import { fetchDescription } from '../api/description-cache.js';
import { jsonIn } from '../api/answer.js';
import { namesIn } from '../api/names.js';
import { operationsOf } from '../api/operations.js';
import { patiently } from '../api/patience.js';
import { timeOf } from '../api/reading.js';
import type { CliEnvironment } from '../config/environment.js';
import { CommandEnded, exitCodes } from '../exit-codes.js';
import { formatIn, formats, isForPrograms, rendered } from '../output.js';
import { pick, type Terminal } from '../terminal.js';
import { serverOf, tokenFor } from './session.commands.js';

interface Asked {
  readonly server?: string;
}
const claims = z.object({
  sub: z.string().optional(),
  name: z.string().optional(),
  preferred_username: z.string().optional(),
  iss: z.string().optional(),
  exp: z.number().optional(),
});

/** What a token says of itself; it is the platform that judges it. */
function claimsOf(token: string): z.output<typeof claims> {
  try {
    return claims.parse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')));
  } catch {
    return {};
  }
}

/** `whoami`, `status` and `auth token`: where one stands with a platform. */
export function addStanding(program: Command, terminal: Terminal, environment: CliEnvironment, argv: readonly string[]): void {
  const asking = (command: Command): Command =>
    command
      .option('-s, --server <url>', 'address of the platform')
      .addOption(new Option('-o, --output <format>', 'table, wide, json or yaml').choices(formats))
      .option('--json', 'as -o json');
  asking(program.command('whoami').description('who the platform takes you for, and with which roles 当前身份')).action((options: Asked) =>
    whoAmI(serverOf(options.server, environment), terminal, environment, argv),
  );
  asking(
    program
      .command('status')
      .description('whether the platform answers and is ready, and whether you are signed in 平台与登录状态')
      .addHelpText('after', '\nExit codes: 0 ready, 5 not ready or not to be reached; not being signed in is said and is none.'),
  ).action((options: Asked) => status(serverOf(options.server, environment), terminal, environment, argv));
  program
    .command('auth')
    .description('the sign-in that is kept here 本机登录')
    .command('token')
    .description('print an access token that counts now, for other programs; keep it secret 输出访问令牌')
    .option('-s, --server <url>', 'address of the platform')
    .action(async (options: Asked) => {
      const token = await tokenFor(serverOf(options.server, environment), environment);
      if (token === undefined) throw notSignedIn(terminal);
      terminal.out(`${token}\n`);
    });
}

const notSignedIn = (terminal: Terminal): CommandEnded =>
  new CommandEnded(
    exitCodes.notSignedIn,
    pick(terminal, '未登录该平台：请执行 opdomain login', 'not signed in to this platform: opdomain login does it'),
  );

async function whoAmI(server: string, terminal: Terminal, environment: CliEnvironment, argv: readonly string[]): Promise<void> {
  const token = await tokenFor(server, environment);
  if (token === undefined) throw notSignedIn(terminal);
  const client = new ApiClient(server, () => Promise.resolve(token), terminal, environment.patience);
  const self = (await jsonIn(await client.call({ method: 'GET', path: '/api/v1/people/self' }))) as Record<string, unknown>;
  const { sub, name, preferred_username: account, iss, exp } = claimsOf(token);
  const whole = {
    server,
    ...self,
    ...{ subject: sub, name: name ?? account, issuer: iss },
    ...(exp === undefined ? {} : { tokenEndsAt: new Date(exp * 1000).toISOString() }),
  };
  const format = formatIn(argv);
  const known = isForPrograms(format)
    ? new Map<string, string>()
    : await namesIn({ organisationId: self['organisationId'] }, client, operationsOf(await fetchDescription(environment, server)));
  terminal.out(rendered(JSON.parse(JSON.stringify(whole)), format, { language: terminal.language, names: known }));
}

/** @throws CommandEnded (5) after what was found is printed, where the platform is not ready */
async function status(server: string, terminal: Terminal, environment: CliEnvironment, argv: readonly string[]): Promise<void> {
  const answer = await patiently(new URL('/readyz', server), { redirect: 'error' }, environment.patience).catch(() => undefined);
  const found = answer === undefined ? undefined : ((await answer.json().catch(() => undefined)) as Record<string, unknown> | undefined);
  const ready = answer?.ok === true && found !== undefined;
  const token = await tokenFor(server, environment);
  const { sub, exp } = token === undefined ? {} : claimsOf(token);
  const ended = exp !== undefined && exp * 1000 < Date.now();
  const format = formatIn(argv);
  const whole = {
    server,
    reachable: answer !== undefined,
    ready,
    signedIn: token !== undefined && !ended,
    ...(sub === undefined ? {} : { subject: sub }),
    ...(exp === undefined
      ? {}
      : {
          tokenEndsAt: isForPrograms(format)
            ? new Date(exp * 1000).toISOString()
            : timeOf(new Date(exp * 1000).toISOString(), terminal.language),
        }),
    ...(found === undefined ? {} : { found }),
  };
  terminal.out(rendered(whole, format, { language: terminal.language, names: new Map() }));
  if (ready) return;
  throw new CommandEnded(
    exitCodes.unreachable,
    answer === undefined
      ? pick(
          terminal,
          `无法连接 ${server}：请核对地址，或联系平台运维`,
          `${server} cannot be reached: check the address, or ask the platform operator`,
        )
      : pick(
          terminal,
          `${server} 未就绪：请稍后重试，或联系平台运维`,
          `${server} is not ready: try again shortly, or ask the platform operator`,
        ),
  );
}
