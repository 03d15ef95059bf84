import type { Command } from 'commander';
import type { CliEnvironment } from '../config/environment.js';
import { CommandEnded, exitCodes } from '../exit-codes.js';
import { formatIn, isForPrograms, rendered } from '../output.js';
import { serverOf, tokenFor } from '../session/session.commands.js';
import { pick, type Terminal } from '../terminal.js';
import { ApiClient } from './client.js';
import { fetchDescription } from './description-cache.js';
import { addOperation, type Options, text } from './operation.command.js';
import { type Operation, operationsOf } from './operations.js';

export function addActs(program: Command, terminal: Terminal, environment: CliEnvironment, argv: readonly string[]): void {
  program
    .command('acts')
    .argument('[words...]', 'only acts whose name or summary holds all of these')
    .description('list the acts of the platform; each is a command of its own 列出全部操作')
    .option('-s, --server <url>', 'address of the platform')
    .option('-o, --output <format>', 'table, json or yaml')
    .option('--json', 'as -o json')
    .action(async (words: string[], options: Options) => {
      const operations = operationsOf(await fetchDescription(environment, serverOf(text(options, 'server'), environment)));
      const shown = operations.filter(({ name, command, summary }) =>
        words.every((word) =>
          `${command.noun} ${command.verb} ${name} ${summary.en} ${summary.zh}`.toLowerCase().includes(word.toLowerCase()),
        ),
      );
      const { language } = terminal;
      const listed = shown
        .toSorted((a, b) => (typed(a) < typed(b) ? -1 : 1))
        .map((one) => ({ act: typed(one), what: one.summary[language], roles: one.roles.join(', '), audit: one.name }));
      const format = formatIn(argv);
      terminal.out(rendered(isForPrograms(format) ? shown : listed, format, { language, names: new Map() }));
    });
}

/** As it is typed. */
const typed = ({ command: { noun, verb } }: Operation): string => `${noun} ${verb}`;

/**
 * Adds the one act that a command line names, as the platform describes it now: by what it is about and what is done (`seat revoke`), or by
 * its name in the audit log (`revocation.ordered`). @throws CommandEnded (2) naming what comes near where the platform has no such act
 */
export async function addNamedAct(
  program: Command,
  argv: readonly string[],
  terminal: Terminal,
  environment: CliEnvironment,
): Promise<void> {
  const [first = '', second = ''] = argv;
  const server = serverOf(serverIn(argv), environment);
  const description = await fetchDescription(environment, server);
  const operations = operationsOf(description);
  const client = new ApiClient(server, () => tokenFor(server, environment), terminal, environment.patience);
  const around = { client, terminal, operations, schemas: description.components?.schemas ?? {}, argv, patience: environment.patience };
  const dotted = operations.find(({ name }) => name === first);
  if (dotted !== undefined) {
    addOperation(program, dotted.name, dotted, around);
    return;
  }
  const about = operations.filter(({ command }) => command.noun === first);
  if (about.length > 0) {
    const noun = program.command(first).description(about.map(({ command }) => command.verb).join(' | '));
    for (const one of about) addOperation(noun, one.command.verb, one, around);
    return;
  }
  const near = operations.filter((one) => `${typed(one)} ${one.name}`.includes(first) || first.split('.')[0] === one.name.split('.')[0]);
  throw new CommandEnded(
    exitCodes.usage,
    [
      pick(terminal, `没有操作 ${[first, second].join(' ').trim()}`, `no act is named ${[first, second].join(' ').trim()}`),
      ...near.slice(0, 12).map((one) => `  ${typed(one)}`),
      pick(terminal, '用 opdomain acts 列出全部操作', 'opdomain acts lists them all'),
    ].join('\n'),
  );
}

/** `--server` is needed before the command is known, and so before commander has read it. */
function serverIn(argv: readonly string[]): string | undefined {
  const at = argv.findIndex((word) => word === '--server' || word === '-s');
  return at >= 0 ? argv[at + 1] : argv.find((word) => word.startsWith('--server='))?.slice('--server='.length);
}
