import { Command, CommanderError } from 'commander';
import { addActs, addNamedAct } from './api/act.commands.js';
import { addLogCopy } from './api/log-copy.command.js';
import { addUpload } from './api/upload.command.js';
import { addBootstrap } from './bootstrap/bootstrap.command.js';
import { addCompletion } from './completion/completion.commands.js';
import { addConfig } from './config/secrets.command.js';
import type { CliEnvironment } from './config/environment.js';
import { CommandEnded, type ExitCode, exitCodes } from './exit-codes.js';
import { addSession } from './session/session.commands.js';
import type { Terminal } from './terminal.js';
import { addVerify } from './verify/verify.command.js';

const help = `
Every act of the platform is a command, by what it is about and what is done, e.g. opdomain seat revoke <id>:
  opdomain acts [words]           lists them
  opdomain <noun> --help          what can be done with it
  opdomain <noun> <verb> --help   what that takes and who may do it
Its name in the audit log is taken as well: opdomain revocation.ordered <id>.

Exit codes: 0 done, 1 verification failed, 2 wrong usage or unreadable file, 3 refused by the platform,
4 not signed in, 5 platform unreachable or at fault.

Environment: OPDOMAIN_SERVER, OPDOMAIN_TOKEN, OPDOMAIN_HOME (default ~/.config/opdomain); LANG=zh_CN for Chinese.`;

/**
 * Runs one command line and answers with its exit code. Never throws for what a person did.
 * @param argv arguments without node and script
 */
export async function runCommand(argv: readonly string[], terminal: Terminal, environment: CliEnvironment): Promise<ExitCode> {
  const program = new Command('opdomain')
    .description('command line of the public-data operation domain 公共数据授权运营域')
    .addHelpText('after', help)
    .showHelpAfterError('(opdomain --help lists the commands 查看帮助)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) });
  for (const add of [addVerify, addSession, addActs, addUpload, addLogCopy, addConfig, addBootstrap, addCompletion])
    add(program, terminal, environment);
  try {
    const [name] = argv;
    const known =
      name === undefined || name.startsWith('-') || name === 'help' || program.commands.some((command) => command.name() === name);
    if (!known) await addNamedAct(program, argv, terminal, environment);
    await program.parseAsync([...argv], { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (!(error instanceof CommandEnded)) throw error;
    if (error.message !== '') terminal.err(`${error.message}\n`);
    return error.code;
  }
}
