import { Refusal } from '#kernel';
import { ConfigurationError } from '#platform/config';
import { z } from 'zod';
import { fileFault } from '../composition/file-faults.js';
import type { CliEnvironment } from './config/environment.js';
import { CommandEnded, exitCodes } from './exit-codes.js';
import { pick, type Terminal } from './terminal.js';

/** How a command ends by whatever was thrown: in one line, with what to do, never a stack trace unless it is asked for. */
export function endedBy(fault: unknown, terminal: Terminal, { debug = false }: Pick<CliEnvironment, 'debug'> = {}): CommandEnded {
  if (fault instanceof CommandEnded) return fault;
  if (fault instanceof ConfigurationError) return new CommandEnded(exitCodes.usage, fault.message);
  const file = fileFault(fault);
  if (file !== undefined) {
    const { path, what } = file;
    return new CommandEnded(
      exitCodes.usage,
      `${path ?? pick(terminal, '文件', 'the file')}${path === undefined ? ' ' : ': '}${what[terminal.language]}`,
    );
  }
  // What the platform sent is no evidence, or not of the form that this version reads.
  if (fault instanceof Refusal)
    return new CommandEnded(
      exitCodes.unreachable,
      pick(terminal, `平台的应答不可用：${fault.code}`, `what the platform sent cannot be used: ${fault.code}`),
    );
  if (fault instanceof z.ZodError)
    return new CommandEnded(
      exitCodes.unreachable,
      pick(
        terminal,
        `平台的应答与本程序预期不符（${placesOf(fault)}）：请使用与平台同版本的命令行`,
        `the platform answered in another form than expected (${placesOf(fault)}): use the command line of the platform's version`,
      ),
    );
  const kind = fault instanceof Error ? fault.name : typeof fault;
  const said = pick(
    terminal,
    `程序缺陷（${kind}）：以 OPDOMAIN_DEBUG=1 重新执行，并将输出告知开发方`,
    `a defect of this program (${kind}): run it again with OPDOMAIN_DEBUG=1 and report what it prints`,
  );
  return new CommandEnded(exitCodes.fault, debug && fault instanceof Error ? `${said}\n${fault.stack ?? ''}` : said);
}

const placesOf = ({ issues }: z.ZodError): string => issues.map(({ path }) => path.join('.') || '(whole)').join(', ');
