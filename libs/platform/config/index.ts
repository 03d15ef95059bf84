export { defaultLimits, LIMITS, limitsConfig, type Limits } from './limits.js';
export { retentionConfig, type Retention } from './retention.js';
import { readFileSync } from 'node:fs';
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';

/** A configuration that cannot be used; every problem is named by its path. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  constructor(
    readonly problems: readonly { path: string; problem: string }[],
    what = 'the configuration',
  ) {
    const lines = problems.map((p) => `${p.path}: ${p.problem}`);
    // One problem, one line.
    super(`${what} cannot be used:${lines.length === 1 ? ` ${lines.join('')}` : lines.map((line) => `\n  ${line}`).join('')}`);
  }
}

const prefix = 'OPDOMAIN__';

function setPath(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [head, ...rest] = path;
  if (head === undefined) return;
  if (rest.length === 0) {
    target[head] = value;
    return;
  }
  const child = target[head];
  const next = typeof child === 'object' && child !== null && !Array.isArray(child) ? (child as Record<string, unknown>) : {};
  target[head] = next;
  setPath(next, rest, value);
}

/** `true`, `8080` and `["a"]` as what they say; anything else as text. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

export interface ConfigSources {
  /** YAML or JSON file. */
  readonly file?: string | undefined;
  /** `OPDOMAIN__DATABASE__POOL_SIZE=20` sets `database.poolSize`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** `--set database.poolSize=20`. */
  readonly flags?: readonly string[];
}

const camel = (part: string): string => part.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/**
 * What a YAML or JSON file holds.
 * @param source its path, or 0 for standard input
 * @param what is read, for who is told that it cannot be
 * @throws ConfigurationError naming line and column, and no part of the text: it may hold a secret
 */
export function readStructure(source: string | 0, what?: string): unknown {
  const file = source === 0 ? '-' : source;
  let text: string;
  try {
    text = readFileSync(source, 'utf8');
  } catch {
    throw new ConfigurationError([{ path: file, problem: 'cannot be read: is it there, a file, and readable by this user?' }], what);
  }
  try {
    return parse(text, { prettyErrors: true }) as unknown;
  } catch (fault) {
    const at = fault instanceof YAMLParseError ? fault.linePos?.[0] : undefined;
    const where = at === undefined ? '' : ` at line ${String(at.line)}, column ${String(at.col)}`;
    const kind = fault instanceof YAMLParseError ? ` (${fault.code})` : '';
    throw new ConfigurationError([{ path: file, problem: `is neither YAML nor JSON${where}${kind}: correct it there` }], what);
  }
}

/**
 * Parses the configuration once, at start, by one schema: file, then environment, then flags; the later wins. Secrets are never in it:
 * it names files that hold them.
 * @throws ConfigurationError naming every problem by its path.
 */
export function loadConfig<S extends z.ZodType>(schema: S, sources: ConfigSources): z.output<S> {
  let merged: Record<string, unknown> = {};
  if (sources.file !== undefined) {
    const parsed = readStructure(sources.file);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
      throw new ConfigurationError([{ path: sources.file, problem: 'the file must hold an object' }]);
    merged = structuredClone(parsed) as Record<string, unknown>;
  }
  for (const [name, text] of Object.entries(sources.environment ?? {})) {
    if (name.startsWith(prefix) && text !== undefined) setPath(merged, name.slice(prefix.length).split('__').map(camel), valueOf(text));
  }
  for (const flag of sources.flags ?? []) {
    const at = flag.indexOf('=');
    if (at < 1) throw new ConfigurationError([{ path: flag, problem: 'write it as path=value' }]);
    setPath(merged, flag.slice(0, at).split('.'), valueOf(flag.slice(at + 1)));
  }
  return structured(schema, merged);
}

/** @throws ConfigurationError naming every problem by its path */
export function structured<S extends z.ZodType>(schema: S, value: unknown, what?: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => ({ path: issue.path.join('.') || '(whole)', problem: issue.message }));
  throw new ConfigurationError(problems, what);
}
