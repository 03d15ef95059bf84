import { Command, CommanderError } from 'commander';
import { releaseVersion } from '../composition/release.js';
import { addActs, addNamedAct } from './api/act.commands.js';
import { addLogCopy } from './api/log-copy.command.js';
import { addUpload } from './api/upload.command.js';
import { addBootstrap } from './bootstrap/bootstrap.command.js';
import { addCompletion } from './completion/completion.commands.js';
import { addConfig } from './config/secrets.command.js';
import type { CliEnvironment } from './config/environment.js';
import { CommandEnded, type ExitCode, exitCodes } from './exit-codes.js';
import { endedBy } from './faults.js';
import { helpText } from './help-text.js';
import { formatIn, isForPrograms, renderedProblem } from './output.js';
import { addSession } from './session/session.commands.js';
import { addStanding } from './session/standing.commands.js';
import type { Terminal } from './terminal.js';
import { addVerify } from './verify/verify.command.js';

/** `help seat revoke` is what `seat revoke --help` is, for acts and for our own commands alike. */
const asHelp = (argv: readonly string[]): readonly string[] =>
  argv[0] === 'help' && argv.length > 1 ? [...argv.slice(1).filter((word) => word !== '--help'), '--help'] : argv;

/**
 * Runs one command line and answers with its exit code. Never throws for what a person did.
 * @param given arguments without node and script
 */
export async function runCommand(given: readonly string[], terminal: Terminal, environment: CliEnvironment): Promise<ExitCode> {
  const argv = asHelp(given);
  const format = formatIn(argv);
  const forPrograms = isForPrograms(format);
  const program = new Command('opdomain')
    .description('command line of the public-data operation domain 公共数据授权运营域')
    .version(releaseVersion(), '--version', 'print the version 版本号')
    .addHelpText('after', helpText[terminal.language])
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      // Where a program reads, what was wrong is said once, as its problem document.
      outputError: (text, write) => (forPrograms ? undefined : write(text)),
    });
  if (!forPrograms) program.showHelpAfterError('(opdomain --help lists the commands 查看帮助)');
  for (const add of [addVerify, addSession, addStanding, addActs, addUpload, addLogCopy, addConfig, addBootstrap, addCompletion])
    add(program, terminal, environment, argv);
  try {
    const [name] = argv;
    const known =
      name === undefined || name.startsWith('-') || name === 'help' || program.commands.some((command) => command.name() === name);
    if (!known) await addNamedAct(program, argv, terminal, environment);
    await program.parseAsync([...argv], { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.ok;
    // What commander found wrong it has said, unless a program reads.
    const ended =
      error instanceof CommanderError
        ? new CommandEnded(exitCodes.usage, forPrograms ? error.message.replace(/^error: /, '') : '')
        : endedBy(error, terminal, environment);
    if (ended.message !== '') terminal.err(forPrograms ? renderedProblem(ended, format) : `${ended.message}\n`);
    return ended.code;
  }
}
