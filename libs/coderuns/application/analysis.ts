import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { tooComplex, type Reading } from '../domain/code.js';
import type { Protected } from '../domain/plan/protect.js';
import { refuse } from '../domain/refusals.js';
import type { Analysed } from './analysis-child.js';

const compiled = fileURLToPath(new URL('./analysis-child.js', import.meta.url));
/** In a checkout node strips the types itself, and imports of `.js` mean the source beside it. */
const sourceHook = `data:text/javascript,${encodeURIComponent(
  `import { registerHooks } from 'node:module';
registerHooks({ resolve(specifier, context, next) {
  try { return next(specifier, context); } catch (fault) {
    if (!specifier.endsWith('.js')) throw fault;
    return next(specifier.slice(0, -2) + 'ts', context);
  }
} });`,
)}`;
const start = existsSync(compiled)
  ? { file: compiled, execArgv: [] }
  : {
      file: compiled.replace(/js$/, 'ts'),
      execArgv: ['--conditions=source', '--experimental-transform-types', '--disable-warning=ExperimentalWarning', '--import', sourceHook],
    };
const limits = ['--disable-sigusr1', '--max-old-space-size=256', '--stack-size=7000'];
/**
 * What the shell has the kernel hold, whatever becomes of us: seconds of processor time (its first argument), no core file, a stack as
 * large as node is told of, and where util-linux can, an end with its parent's.
 */
const held = `ulimit -c 0; ulimit -t "$1"; ulimit -s 8192 2>/dev/null; shift
setpriv --pdeathsig KILL true 2>/dev/null && exec setpriv --pdeathsig KILL "$@"; exec "$@"`;

/**
 * Analyses code in a process of its own, which ends with its answer, at the limit of time, or when its memory is used up. A thread would
 * not do: what ends a thread by force can end the process around it, and with it everybody's requests.
 * @throws Refusal as `analyse` does; `coderuns.code-too-complex` past the limits, and where the process ends without an answer
 */
export async function analyseApart(reading: Reading, limitMs: number): Promise<Protected> {
  const seconds = String(Math.ceil(limitMs / 1000) + 1);
  const child = fork(start.file, [], {
    execPath: '/bin/sh',
    execArgv: ['-c', held, 'analysis', seconds, process.execPath, ...limits, ...start.execArgv],
    env: {},
    cwd: '/',
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  let clock: NodeJS.Timeout | undefined;
  try {
    const answer = await new Promise<Analysed>((resolve, reject) => {
      clock = setTimeout(() => {
        reject(tooComplex());
      }, limitMs);
      child.once('message', (message) => {
        resolve(message as Analysed);
      });
      child.once('error', reject);
      child.once('exit', () => {
        reject(tooComplex());
      });
      child.send(reading, (fault) => {
        // Where the pipe is gone the process is too, and its end says what there is to say.
        if (fault !== null && child.connected) reject(fault);
      });
    });
    if ('refused' in answer) throw refuse(answer.refused.code, answer.refused.details);
    return answer.made;
  } finally {
    clearTimeout(clock);
    child.kill('SIGKILL');
  }
}
