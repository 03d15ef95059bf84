import type { Command } from 'commander';
import { cachedDescription } from '../api/description-cache.js';
import { operationsOf } from '../api/operations.js';
import { canWait } from '../api/waiting.js';
import type { CliEnvironment } from '../config/environment.js';
import { CommandEnded, exitCodes } from '../exit-codes.js';
import { SessionFile } from '../session/session-file.js';
import type { Terminal } from '../terminal.js';

/** Each shell asks `opdomain complete -- <words so far>` and gets one candidate a line. */
const scripts: Readonly<Record<string, string>> = {
  bash: `_opdomain() {
  local IFS=$'\\n'
  COMP_WORDBREAKS=\${COMP_WORDBREAKS//:}
  COMPREPLY=($(compgen -W "$(opdomain complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _opdomain opdomain
`,
  zsh: `#compdef opdomain
_opdomain() {
  local -a candidates
  candidates=("\${(@f)$(opdomain complete -- "\${words[@]:1:$((CURRENT - 1))}" 2>/dev/null)}")
  compadd -a candidates || _files
}
compdef _opdomain opdomain
`,
  fish: `complete -c opdomain -f -a '(opdomain complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
};

export function addCompletion(program: Command, terminal: Terminal, environment: CliEnvironment): void {
  program
    .command('completion')
    .argument('<shell>', Object.keys(scripts).join(' | '))
    .description('print a completion script 命令补全脚本')
    .addHelpText(
      'after',
      '\nbash: source <(opdomain completion bash)\nzsh:  opdomain completion zsh > "${fpath[1]}/_opdomain"\nfish: opdomain completion fish | source',
    )
    .action((shell: string) => {
      const script = scripts[shell];
      if (script === undefined) throw new CommandEnded(exitCodes.usage, `${shell}: ${Object.keys(scripts).join(', ')}`);
      terminal.out(script);
    });
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .action((words: string[]) => {
      terminal.out(
        candidates(program, words, environment)
          .map((candidate) => `${candidate}\n`)
          .join(''),
      );
    });
}

/** From what is known here alone: completing a word never waits for the network. */
function candidates(program: Command, words: readonly string[], environment: CliEnvironment): string[] {
  const [first = '', ...rest] = words;
  const current = words.at(-1) ?? '';
  const server = environment.server ?? new SessionFile(environment.folder).read()?.server;
  const described = server === undefined ? undefined : cachedDescription(environment.folder, server.endsWith('/') ? server : `${server}/`);
  const operations = described === undefined ? [] : operationsOf(described);
  const about = operations.filter(({ command }) => command.noun === first);
  const own = program.commands.map((command) => command.name()).filter((name) => name !== 'complete');
  const named = operations.find(({ name, command }) => name === first || (command.noun === first && command.verb === rest[0]));
  const found =
    rest.length === 0
      ? [...new Set([...own, ...operations.flatMap(({ name, command }) => [command.noun, name])])]
      : rest.length === 1 && about.length > 0 && !own.includes(first)
        ? about.map(({ command }) => command.verb)
        : optionsOf(program, first, named);
  return found.filter((candidate) => candidate.startsWith(current)).sort();
}

function optionsOf(program: Command, name: string, operation: ReturnType<typeof operationsOf>[number] | undefined): string[] {
  const command = program.commands.find((one) => one.name() === name);
  if (command !== undefined) return command.options.map((option) => option.long ?? '').filter((long) => long !== '');
  if (operation === undefined) return [];
  const extra = [
    ...['server', 'output'],
    ...(operation.streams ? [] : ['json', 'no-names']),
    ...(operation.hasBody ? ['file', 'example'] : []),
    ...(operation.pages ? ['all'] : []),
    ...(canWait(operation) ? ['wait'] : []),
  ];
  return [...operation.queryFields.map(({ option }) => option), ...operation.bodyFields.map(({ option }) => option), ...extra].map(
    (option) => `--${option}`,
  );
}
