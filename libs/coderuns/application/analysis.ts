import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { tooComplex, type Reading } from '../domain/code.js';
import type { Derivation } from '../domain/lineage.js';
import { refuse } from '../domain/refusals.js';
import type { Analysed } from './analysis-worker.js';

const compiled = fileURLToPath(new URL('./analysis-worker.js', import.meta.url));
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

/**
 * Analyses code in a thread of its own, which ends with its answer, at the limit of time, or when its memory is used up.
 * @throws Refusal as `analyse` does; `coderuns.code-too-complex` past the limits
 */
export async function analyseApart(reading: Reading, limitMs: number): Promise<readonly Derivation[] | undefined> {
  const worker = new Worker(start.file, {
    workerData: reading,
    execArgv: start.execArgv,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: 256, stackSizeMb: 8 },
  });
  let clock: NodeJS.Timeout | undefined;
  try {
    const answer = await new Promise<Analysed>((resolve, reject) => {
      clock = setTimeout(() => {
        reject(tooComplex());
      }, limitMs);
      worker.once('message', resolve);
      worker.once('error', (fault: NodeJS.ErrnoException) => {
        reject(fault.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooComplex() : fault);
      });
      worker.once('exit', () => {
        reject(tooComplex());
      });
    });
    if ('refused' in answer) throw refuse(answer.refused.code, answer.refused.details);
    return answer.derivations;
  } finally {
    clearTimeout(clock);
    await worker.terminate();
  }
}
