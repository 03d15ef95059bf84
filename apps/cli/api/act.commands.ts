import { createWriteStream, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import type { CliEnvironment } from '../config/environment.js';
import { CommandEnded, exitCodes } from '../exit-codes.js';
import { serverOf, tokenFor } from '../session/session.commands.js';
import { pick, type Terminal } from '../terminal.js';
import { requestOf } from './act-request.js';
import { ApiClient, type CallOptions } from './client.js';
import { fetchDescription } from './description-cache.js';
import { type Field, type Operation, operationsOf } from './operations.js';
import { cellOf, tableOf } from './table.js';

type Options = Readonly<Record<string, string | boolean | undefined>>;
const text = (options: Options, name: string): string | undefined => {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
};
/** Options of the command line itself; a field of the same name is reached through `--body`. */
const own = ['server', 'json', 'output', 'all', 'body', 'idempotency-key', 'if-match', 'help'];
const attribute = (option: string): string => option.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

export function addActs(program: Command, terminal: Terminal, environment: CliEnvironment): void {
  program
    .command('acts')
    .argument('[words...]', 'only acts whose name or summary holds all of these')
    .description('list the acts of the platform; each is a command of its own 列出全部操作')
    .option('-s, --server <url>', 'address of the platform')
    .option('--json', 'print as JSON')
    .action(async (words: string[], options: Options) => {
      const operations = operationsOf(await fetchDescription(environment, serverOf(text(options, 'server'), environment)));
      const shown = operations.filter(({ name, command, summary }) =>
        words.every((word) =>
          `${command.noun} ${command.verb} ${name} ${summary.en} ${summary.zh}`.toLowerCase().includes(word.toLowerCase()),
        ),
      );
      terminal.out(
        options.json === true
          ? `${JSON.stringify(shown, null, 2)}\n`
          : tableOf(
              shown
                .toSorted((a, b) => (typed(a) < typed(b) ? -1 : 1))
                .map((one) => ({ act: typed(one), what: one.summary[terminal.language], roles: one.roles.join(', '), audit: one.name })),
            ),
      );
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
  const operations = operationsOf(await fetchDescription(environment, server));
  const client = new ApiClient(server, () => tokenFor(server, environment), terminal, environment.patience);
  const dotted = operations.find(({ name }) => name === first);
  if (dotted !== undefined) {
    addOperation(program, dotted.name, dotted, client, terminal);
    return;
  }
  const about = operations.filter(({ command }) => command.noun === first);
  if (about.length > 0) {
    const noun = program.command(first).description(about.map(({ command }) => command.verb).join(' | '));
    for (const one of about) addOperation(noun, one.command.verb, one, client, terminal);
    return;
  }
  const near = operations.filter((one) => `${typed(one)} ${one.name}`.includes(first) || first.split('.')[0] === one.name.split('.')[0]);
  throw new CommandEnded(
    exitCodes.usage,
    [
      pick(terminal, `没有操作 ${[first, second].join(' ').trim()}`, `no act is named ${[first, second].join(' ').trim()}`),
      ...near.slice(0, 12).map((one) => `  ${typed(one)}`),
    ].join('\n'),
  );
}

/** `--server` is needed before the command is known, and so before commander has read it. */
function serverIn(argv: readonly string[]): string | undefined {
  const at = argv.findIndex((word) => word === '--server' || word === '-s');
  return at >= 0 ? argv[at + 1] : argv.find((word) => word.startsWith('--server='))?.slice('--server='.length);
}

const describe = (field: Field): string => {
  const choices = field.choices.length === 0 ? '' : ` (${field.choices.join(' | ')})`;
  return `${field.description}${choices}${field.kind === 'json' ? ' [JSON]' : ''}`.trim();
};

function addOperation(program: Command, name: string, operation: Operation, client: ApiClient, terminal: Terminal): void {
  const command = program.command(name).description(`${operation.summary.en} ${operation.summary.zh}`);
  for (const field of operation.pathFields) command.argument(`<${field.name}>`, describe(field));
  command.option('-s, --server <url>', 'address of the platform');
  const seen = new Set(own);
  for (const field of [...operation.queryFields, ...operation.bodyFields]) {
    if (seen.has(field.option)) continue;
    seen.add(field.option);
    command.addOption(new Option(`--${field.option} <value>`, `${describe(field)}${field.required ? ' (required)' : ''}`));
  }
  if (operation.hasBody)
    command.option('--body <file>', 'the whole body as JSON from a file, - for standard input; options are laid over it');
  if (operation.method === 'POST') command.option('--idempotency-key <key>', 'repeat an earlier call safely');
  if (operation.method === 'PUT' || operation.method === 'PATCH') command.option('--if-match <version>', 'change only this version');
  if (operation.pages) command.option('--all', 'follow every page');
  if (operation.streams) command.option('-o, --output <file>', 'write the bytes to a file');
  else command.option('--json', 'print as JSON');
  command.addHelpText(
    'after',
    `\nRoles: ${operation.roles.join(', ')}\n${operation.method} ${operation.path}\nIn the audit log: ${operation.name}`,
  );
  command.action(async (...given: unknown[]) => {
    const options = given[operation.pathFields.length] as Options;
    const typed = {
      positional: given.slice(0, operation.pathFields.length) as string[],
      options: Object.fromEntries([...seen].map((option) => [option, own.includes(option) ? undefined : text(options, attribute(option))])),
      body: bodyText(text(options, 'body')),
    };
    const request = requestOf(operation, typed);
    const call: CallOptions = { idempotencyKey: text(options, 'idempotencyKey'), ifMatch: text(options, 'ifMatch') };
    if (operation.streams) return save(await client.call(request, call), text(options, 'output'), terminal);
    const answer = await json(await client.call(request, call));
    const whole = operation.pages && options.all === true ? await everyPage(client, request.path, answer) : answer;
    terminal.out(options.json === true ? `${JSON.stringify(whole, null, 2)}\n` : shown(operation, whole));
    return undefined;
  });
}

function bodyText(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch {
    throw new CommandEnded(exitCodes.usage, `${file}: cannot be read 无法读取`);
  }
}

const json = async (response: Response): Promise<unknown> => (response.status === 204 ? null : await response.json());

interface Page {
  readonly items: readonly unknown[];
  readonly next: string | null;
}

async function everyPage(client: ApiClient, path: string, first: unknown): Promise<Page> {
  let page = first as Page;
  const items = [...page.items];
  while (page.next !== null) {
    const url = new URL(path, 'http://x');
    url.searchParams.set('cursor', page.next);
    page = (await json(await client.call({ method: 'GET', path: url.pathname + url.search }))) as Page;
    items.push(...page.items);
  }
  return { items, next: null };
}

function shown(operation: Operation, answer: unknown): string {
  if (!operation.pages) return answer === null ? '' : tableOf(answer);
  const { items, next } = answer as Page;
  return tableOf(items) + (next === null ? '' : `… --cursor ${cellOf(next)}\n`);
}

async function save(response: Response, file: string | undefined, terminal: Terminal): Promise<void> {
  if (response.body === null) return;
  if (file === undefined) {
    terminal.out(Buffer.from(await response.arrayBuffer()));
    return;
  }
  try {
    await pipeline(Readable.fromWeb(response.body as never), createWriteStream(file, { flags: 'wx' }));
  } catch (fault) {
    const { code, syscall } = fault as NodeJS.ErrnoException;
    const exists = code === 'EEXIST';
    // Half a file is none.
    if (!exists) await rm(file, { force: true });
    if (fault instanceof CommandEnded) throw fault;
    if (syscall === undefined || syscall === 'read')
      throw new CommandEnded(exitCodes.unreachable, `${file}: the download broke off 下载中断`);
    throw new CommandEnded(exitCodes.usage, `${file}: ${exists ? 'exists already 已存在' : 'cannot be written 无法写入'}`);
  }
}
