import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { projectRoot } from '../../deploy/embedded/processes/project-root.js';

const columns = 'case\tcommit';

/** Cases that ended well, of all sweeps. A case is named by what is asked: where that changed, it is another one. */
export async function ledgerOf(file: string): Promise<readonly string[]> {
  const [, ...lines] = (await readFile(file, 'utf8').catch(() => columns)).split('\n');
  return lines.flatMap((line) => line.split('\t')[0] || []);
}

/** In the order of their names, so that two sweeps' lines merge. */
export async function addToLedger(file: string, struck: readonly string[]): Promise<void> {
  const commit = execFileSync('git', ['rev-parse', '--short=10', 'HEAD'], { cwd: projectRoot, encoding: 'utf8' }).trim();
  const [, ...lines] = (await readFile(file, 'utf8').catch(() => columns)).split('\n');
  const known = new Map(lines.filter(Boolean).map((line) => [line.split('\t')[0] ?? '', line]));
  for (const name of struck) known.set(name, `${name}\t${commit}`);
  const sorted = [...known.values()].sort();
  await writeFile(file, `${[columns, ...sorted].join('\n')}\n`);
}
