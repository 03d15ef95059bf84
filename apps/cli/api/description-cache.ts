import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CliEnvironment } from '../config/environment.js';
import { CommandEnded, exitCodes } from '../exit-codes.js';
import { type ApiDescription, apiDescription } from './operations.js';
import { patiently } from './patience.js';

const fileFor = (folder: string, server: string): string =>
  join(folder, `acts-${createHash('sha256').update(server).digest('hex').slice(0, 16)}.json`);

/** The last description of a server, for completion and for working out usage offline. */
export function cachedDescription(folder: string, server: string): ApiDescription | undefined {
  try {
    return apiDescription.safeParse(JSON.parse(readFileSync(fileFor(folder, server), 'utf8'))).data;
  } catch {
    return undefined;
  }
}

/** Asks the server which acts it has. @throws CommandEnded (5) when it cannot be reached or is no opdomain. */
export async function fetchDescription({ folder, patience }: CliEnvironment, server: string): Promise<ApiDescription> {
  let text: string;
  try {
    const response = await patiently(new URL('/api/v1/openapi.json', server), { redirect: 'error' }, patience);
    if (!response.ok) throw new Error(String(response.status));
    text = await response.text();
  } catch {
    throw new CommandEnded(exitCodes.unreachable, `${server}: cannot be reached 无法连接`);
  }
  const parsed = apiDescription.safeParse(jsonOf(text));
  if (!parsed.success) throw new CommandEnded(exitCodes.unreachable, `${server}: is no opdomain platform 不是运营域平台`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(fileFor(folder, server), text, { mode: 0o600 });
  } catch {
    // Without a folder of its own the command line still works; only completion has nothing to offer.
  }
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
