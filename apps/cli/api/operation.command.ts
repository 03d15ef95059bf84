import { type Command, Option } from 'commander';
import { formatIn, formats, isForPrograms, rendered } from '../output.js';
import { pick, type Terminal } from '../terminal.js';
import { requestOf } from './act-request.js';
import { everyPage, jsonIn, save, type Page } from './answer.js';
import { bodyIn } from './body-file.js';
import type { ApiClient, CallOptions } from './client.js';
import { exampleText } from './example-text.js';
import { namesIn } from './names.js';
import type { Field, Operation, Schema } from './operations.js';
import type { Patience } from './patience.js';
import { wholeIds } from './short-ids.js';
import { nextStep } from './standings.js';
import { cellOf } from './table.js';
import { canWait, demandDone, settled } from './waiting.js';

export type Options = Readonly<Record<string, string | boolean | undefined>>;
export const text = (options: Options, name: string): string | undefined => {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
};
/** Options of the command line itself; a field of the same name is reached through `--file`. */
const own = ['server', 'json', 'output', 'names', 'wait', 'all', 'body', 'file', 'example', 'idempotency-key', 'if-match', 'help'];
const attribute = (option: string): string => option.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

const describe = (field: Field): string => {
  const choices = field.choices.length === 0 ? '' : ` (${field.choices.join(' | ')})`;
  return `${field.description}${choices}${field.kind === 'json' ? ' [JSON]' : ''}`.trim();
};

/** Where an act's command runs: who is asked, what else can be asked, and what schemas refer to. */
export interface Surroundings {
  readonly client: ApiClient;
  readonly terminal: Terminal;
  readonly operations: readonly Operation[];
  readonly schemas: Readonly<Record<string, Schema>>;
  readonly patience: Patience;
  /** The words of the command line. */
  readonly argv: readonly string[];
}

/** Adds the command of one act under a name. */
export function addOperation(program: Command, name: string, operation: Operation, around: Surroundings): void {
  const command = program.command(name).description(`${operation.summary.en} ${operation.summary.zh}`);
  const wantsExample = operation.hasBody && around.argv.includes('--example');
  // An example is of the body alone: what stands in the path is not asked for then.
  for (const field of operation.pathFields) command.argument(wantsExample ? `[${field.name}]` : `<${field.name}>`, describe(field));
  const seen = addOptions(command, operation);
  command.addHelpText(
    'after',
    `\nRoles: ${operation.roles.join(', ')}\n${operation.method} ${operation.path}\nIn the audit log: ${operation.name}`,
  );
  command.action(async (...given: unknown[]) => {
    const options = given[operation.pathFields.length] as Options;
    if (options.example === true) {
      around.terminal.out(exampleText(operation, around.schemas, formatIn(around.argv), new Date().toISOString().slice(0, 10)));
      return;
    }
    const file = text(options, 'file') ?? text(options, 'body');
    const typed = {
      positional: await wholeIds(operation, given.slice(0, operation.pathFields.length) as string[], around),
      options: Object.fromEntries([...seen].map((option) => [option, own.includes(option) ? undefined : text(options, attribute(option))])),
      ...(file === undefined ? {} : { body: bodyIn(file) }),
    };
    await perform(operation, requestOf(operation, typed), options, around);
  });
}

/** @returns the names of all options, without dashes */
function addOptions(command: Command, operation: Operation): ReadonlySet<string> {
  command.option('-s, --server <url>', 'address of the platform');
  const seen = new Set(own);
  for (const field of [...operation.queryFields, ...operation.bodyFields]) {
    if (seen.has(field.option)) continue;
    seen.add(field.option);
    command.addOption(new Option(`--${field.option} <value>`, `${describe(field)}${field.required ? ' (required)' : ''}`));
  }
  if (operation.hasBody) {
    command.option('-f, --file <file>', 'the whole body, YAML or JSON, - for standard input; options are laid over it 请求正文文件');
    command.option('--example', 'print a body that the act takes, to be filled in, and do nothing 输出正文样例');
    command.addOption(new Option('--body <file>', 'as --file').hideHelp());
  }
  if (operation.method === 'POST') command.option('--idempotency-key <key>', 'repeat an earlier call safely');
  if (operation.method === 'PUT' || operation.method === 'PATCH') command.option('--if-match <version>', 'change only this version');
  if (operation.pages) command.option('--all', 'follow every page');
  if (canWait(operation))
    command.option('--wait', 'wait until the platform has done what it does by itself; its states go to standard error');
  if (operation.streams) command.option('-o, --output <file>', 'write the bytes to a file');
  else {
    command.addOption(
      new Option('-o, --output <format>', 'for people: table, wide (every column); for programs, errors too: json, yaml').choices(formats),
    );
    command.option('--json', 'as -o json');
    command.option('--no-names', 'do not look up the names of what ids stand for');
  }
  return seen;
}

async function perform(operation: Operation, request: ReturnType<typeof requestOf>, options: Options, around: Surroundings): Promise<void> {
  const { client, terminal } = around;
  const call: CallOptions = { idempotencyKey: text(options, 'idempotencyKey'), ifMatch: text(options, 'ifMatch') };
  if (operation.streams) return save(await client.call(request, call), text(options, 'output'), terminal);
  const first = await jsonIn(await client.call(request, call));
  const answer = options['wait'] === true ? await settled(first, { ...around, operation, path: request.path }) : first;
  const whole = operation.pages && options['all'] === true ? await everyPage(client, request.path, answer) : answer;
  await print(operation, whole, options, around);
  if (options['wait'] === true) demandDone(operation, whole, terminal);
  return undefined;
}

async function print(operation: Operation, whole: unknown, options: Options, around: Surroundings): Promise<void> {
  const { client, terminal, operations, argv } = around;
  const format = formatIn(argv);
  const { language } = terminal;
  if (isForPrograms(format)) {
    terminal.out(rendered(whole, format, { language, names: new Map() }));
    return;
  }
  const names = options['names'] === false ? new Map<string, string>() : await namesIn(whole, client, operations);
  const { items, next } = operation.pages ? (whole as Page) : { items: whole, next: null };
  terminal.out(rendered(items, format, { language, names }) + (next === null ? '' : `… --cursor ${cellOf(next)}\n`));
  const step = operation.method === 'GET' ? undefined : nextStep(operation.answers, whole);
  if (step !== undefined) terminal.err(pick(terminal, `下一步：${step}\n`, `next: ${step}\n`));
}
