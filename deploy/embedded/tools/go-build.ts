import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { isThere } from '../processes/files.js';
import { projectRoot } from '../processes/project-root.js';
import { tiedSpawn } from '../processes/tied-spawn.js';
import type { Tool } from './manifest.js';

const run = promisify(execFile);
const folderOf = (tool: Tool) => join(projectRoot, 'deploy', 'embedded', 'tools', tool.module);

/** `why` is set where the tool cannot be built. */
export type Go = { readonly command: string } | { readonly why: string };

/** A Go that serves this module: asked inside its folder, so that an older Go that may fetch the wanted one counts. */
export async function findGo(tool: Tool): Promise<Go> {
  const refusals: string[] = [];
  for (const command of ['go', '/usr/local/go/bin/go']) {
    try {
      await run(command, ['env', 'GOVERSION'], { cwd: folderOf(tool), env: environment() });
      return { command };
    } catch (error) {
      const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
      if (code !== 'ENOENT') refusals.push((stderr ?? String(code)).trim().split('\n').slice(-1).join(''));
    }
  }
  return { why: refusals[0] ?? 'no Go was found to build it with' };
}

/** Builds from the committed go.mod and go.sum; `binary` appears whole or not at all. */
export async function goBuild(go: string, tool: Tool, binary: string): Promise<void> {
  await mkdir(dirname(binary), { recursive: true });
  const draft = await mkdtemp(`${binary}.build-`);
  try {
    const flags = ['-s', '-w', ...tool.settings.flatMap((setting) => ['-X', setting])].join(' ');
    await build(
      go,
      ['build', '-mod=readonly', '-trimpath', '-buildvcs=false', '-ldflags', flags, '-o', join(draft, 'out'), tool.package],
      folderOf(tool),
    );
    if (!(await isThere(join(draft, 'out')))) throw new Error(`${tool.package} built nothing`);
    await rename(join(draft, 'out'), binary);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

function build(command: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = tiedSpawn(command, args, 'TERM', { cwd, env: environment(), stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4_000);
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(`go build ended with ${signal ?? `code ${String(code)}`} in ${cwd}\n${said.trim().split('\n').slice(-12).join('\n')}`),
        );
    });
  });
}

/** The user's own Go settings (proxy, caches) hold; a workspace file or module flags of theirs must not. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '' };
}
