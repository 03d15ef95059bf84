import { parseArgs } from 'node:util';
import { languageOf, type Language } from './language.js';
import { demandNode } from './node-version.js';
import { helpOf, type Program } from './process-help.js';
import { releaseVersion } from './release.js';

/** Exit codes of every process and of `migrate`; `process-help.ts` tells them. */
export const processExits = { ended: 0, cannotStart: 1, usage: 2 } as const;

/**
 * The way into every process: what keeps it from running is one line (a line for each setting that is wrong) with what to do, never a stack
 * trace, and a documented exit code. Options are read before anything else is loaded, so that `--help` needs no configuration.
 */
export async function begin(program: Program, load: () => Promise<unknown>): Promise<void> {
  const component = `opdomain-${program}`;
  demandNode(component);
  const language = languageOf(process.env);
  readOptions(program, component, language);
  let told = false;
  const end = async (fault: unknown): Promise<void> => {
    // What falls down on the way out is no second reason.
    if (told) return;
    told = true;
    const { endingOf } = await import('./ending.js');
    const { why, said } = endingOf(fault, language);
    const code = why === 'configuration' ? processExits.usage : processExits.cannotStart;
    process.stderr.write(`${component}: ${said}\n`, () => process.exit(code));
  };
  process.on('uncaughtException', (fault) => void end(fault));
  await load().catch(end);
}

function readOptions(program: Program, component: string, language: Language): void {
  let values: { readonly help?: boolean | undefined; readonly version?: boolean | undefined };
  try {
    ({ values } = parseArgs({
      options: {
        config: { type: 'string', short: 'c' },
        set: { type: 'string', multiple: true },
        ...(program === 'migrate' ? { owner: { type: 'string' as const } } : {}),
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    }));
  } catch (fault) {
    // The first sentence names the option; the rest is about how the parser could be called.
    const what = fault instanceof Error ? (fault.message.split(/(?<=')\. /)[0] ?? '') : '';
    const hint = language === 'zh' ? '参见 --help' : 'see --help';
    process.stderr.write(`${component}: ${what} (${hint})\n`);
    process.exit(processExits.usage);
  }
  if (values.help !== true && values.version !== true) return;
  process.stdout.write(values.help === true ? helpOf(program, language) : `${component} ${releaseVersion()}\n`);
  process.exit(processExits.ended);
}
