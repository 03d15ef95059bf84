import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { isThere } from '../processes/files.js';
import { projectRoot } from '../processes/project-root.js';
import { TiedRunError, tiedRun } from '../processes/tied-spawn.js';
import type { Tool } from './manifest.js';

const run = promisify(execFile);
const folderOf = (tool: Tool) => join(projectRoot, 'deploy', 'embedded', 'tools', tool.module);

/** `why` is set where the tool cannot be built. */
export type Go = { readonly command: string } | { readonly why: string };

/** A Go on the PATH that serves this module: asked inside its folder, so that an older Go that may fetch the wanted one counts. */
export async function findGo(tool: Tool): Promise<Go> {
  try {
    await run('go', ['env', 'GOVERSION'], { cwd: folderOf(tool), env: environment() });
    return { command: 'go' };
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code !== 'ENOENT') return { why: (stderr ?? String(code)).trim().split('\n').slice(-1).join('') };
    return {
      why: (await isThere('/usr/local/go/bin/go')) ? 'there is a Go in /usr/local/go/bin, but not on the PATH' : 'no Go is on the PATH',
    };
  }
}

/**
 * Builds from the committed go.mod and go.sum; `binary` appears whole or not at all. To be called while holding the lock of `binary`.
 * @param signal ends the build.
 */
export async function goBuild(go: string, tool: Tool, binary: string, signal?: AbortSignal): Promise<void> {
  const shelf = dirname(binary);
  await mkdir(shelf, { recursive: true });
  const drafts = `${basename(binary)}.build-`;
  // Of a build that was killed: no other one runs while the lock is ours.
  for (const left of (await readdir(shelf)).filter((name) => name.startsWith(drafts)))
    await rm(join(shelf, left), { recursive: true, force: true });
  const draft = await mkdtemp(join(shelf, drafts));
  try {
    const flags = ['-s', '-w', ...tool.settings.flatMap((setting) => ['-X', setting])].join(' ');
    const args = ['build', '-mod=readonly', '-trimpath', '-buildvcs=false', '-ldflags', flags, '-o', join(draft, 'out'), tool.package];
    // Its working folder too lies in the draft: go does not remove it when it is interrupted.
    const env = { ...environment(), GOTMPDIR: draft };
    await tiedRun(go, args, 'INT', { cwd: folderOf(tool), env, signal }).catch((error: unknown) => {
      throw error instanceof TiedRunError ? new Error(`go build of ${tool.package}: ${error.message}`, { cause: error }) : error;
    });
    if (!(await isThere(join(draft, 'out')))) throw new Error(`${tool.package} built nothing`);
    await rename(join(draft, 'out'), binary);
  } finally {
    await rm(draft, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** The user's own Go settings (proxy, caches) hold; a workspace file or module flags of theirs must not. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '' };
}
