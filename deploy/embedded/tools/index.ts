import { join, resolve } from 'node:path';
import { exclusively } from '../processes/exclusive.js';
import { isExecutable, toolCache, whileWaiting } from './cache.js';
import { findGo, goBuild } from './go-build.js';
import { tools, type Tool, type ToolName } from './manifest.js';
import { reporting, type Report } from './progress.js';
import { NoClusterError, ToolUnavailableError } from './unavailable.js';

export { ensureKeycloak, type Keycloak } from './keycloak.js';
export { tools, type Tool, type ToolName } from './manifest.js';
export { progressLine, type Report, type ToolProgress } from './progress.js';
export { ensureBubblewrap } from './bubblewrap.js';
export { ensureRedis } from './redis.js';
export { ensureSchemathesis, type Schemathesis } from './schemathesis.js';
export { compileSeccomp, ensureCompiler, writeSeccomp } from './seccomp.js';
export { NoClusterError, ToolUnavailableError } from './unavailable.js';

/**
 * The absolute path of a program: from KUBEBUILDER_ASSETS where it is one of a cluster's, else from the cache, else
 * built there once with Go.
 * @param signal ends a build, or the wait for somebody else's.
 * @throws NoClusterError for a cluster's program that is in none of these and cannot be built, ToolUnavailableError for any other.
 */
export async function ensureTool(name: ToolName, report: Report, signal?: AbortSignal): Promise<string> {
  const tool: Tool = tools[name];
  const given = process.env.KUBEBUILDER_ASSETS;
  if (tool.cluster && given !== undefined && given !== '') {
    const binary = resolve(given, name);
    if (await isExecutable(binary)) return binary;
  }
  const binary = join(toolCache(), `${tool.module}-${tool.version}`, name);
  if (await isExecutable(binary)) return binary;

  const go = await findGo(tool);
  if ('why' in go) {
    if (tool.cluster) throw new NoClusterError(name, go.why);
    throw new ToolUnavailableError(name, `${name} ${tool.version} is built with Go 1.26 or newer, once: ${go.why}`);
  }
  await exclusively(
    `${binary}.lock`,
    async () => {
      if (await isExecutable(binary)) return;
      await reporting(report, name, tool.usualSeconds, ['building', 'built'], () => goBuild(go.command, tool, binary, signal));
    },
    whileWaiting(name, tool.usualSeconds, report, signal),
  );
  return binary;
}
