import { readEnvironment } from './config/environment.js';
import { exitCodes } from './exit-codes.js';
import { endedBy } from './faults.js';
import { runCommand } from './program.js';
import type { Terminal } from './terminal.js';

const environment = readEnvironment();
const terminal: Terminal = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  language: environment.language,
};

let lost = false;
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (fault: NodeJS.ErrnoException) => {
    // A reader that has enough (`| head`) ends nothing: what the command does, it does to its end, and ends by its own code.
    if (fault.code === 'EPIPE' || lost) return;
    lost = true;
    terminal.err(`${stream === process.stdout ? 'standard output' : 'standard error'}: ${endedBy(fault, terminal).message}\n`);
  });
// The output of what was done is a part of it.
process.on('exit', (code) => {
  if (lost && code === exitCodes.ok) process.exitCode = exitCodes.usage;
});
process.on('uncaughtException', (fault) => {
  const { code, message } = endedBy(fault, terminal, environment);
  process.stderr.write(`${message}\n`, () => process.exit(code));
});

process.exitCode = await runCommand(process.argv.slice(2), terminal, environment);
