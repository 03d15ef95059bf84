import { Command, CommanderError } from 'commander';
import { CommandEnded, type ExitCode, exitCodes } from './exit-codes.js';
import type { Terminal } from './terminal.js';
import { addVerify } from './verify/verify.command.js';

/** Adds commands; handed in, so that what needs the network is loaded only when it is asked for. */
export type AddCommands = (program: Command, terminal: Terminal) => void;

/**
 * Runs one command line and answers with its exit code. Never throws.
 * @param argv arguments without node and script
 */
export async function runCommand(argv: readonly string[], terminal: Terminal, more: readonly AddCommands[] = []): Promise<ExitCode> {
  const program = new Command('opdomain')
    .description('command line of the public-data operation domain 公共数据授权运营域')
    .showHelpAfterError('(opdomain --help lists the commands 查看帮助)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) });
  addVerify(program, terminal);
  for (const add of more) add(program, terminal);
  for (const command of program.commands) command.exitOverride().configureOutput(program.configureOutput());
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (!(error instanceof CommandEnded)) throw error;
    if (error.message !== '') terminal.err(`${error.message}\n`);
    return error.code;
  }
}
