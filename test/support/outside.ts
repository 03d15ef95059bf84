import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Probe {
  readonly kind: 'ask' | 'down' | 'up';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes?: number;
}
export interface Seen {
  /** Of an `ask`: each request. Of a transfer: each piece that was taken or came. */
  readonly seen: readonly { readonly sentAt?: number; readonly at?: number; readonly status?: number; readonly code?: string }[];
  readonly status?: number;
  readonly code?: string;
  readonly closedAt?: number;
}

/** Whoever asks from outside while things change: a process of its own. Resolves when every probe gets through. @returns what ends it and answers what it saw */
export async function outside(probes: readonly Probe[]): Promise<() => Promise<readonly Seen[]>> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../fixtures/outside-prober.mjs', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.stdin.write(`${JSON.stringify(probes)}\n`);
  await lines.next();
  return async () => {
    child.stdin.write('end\n');
    const { value } = (await lines.next()) as { value: string };
    if (child.exitCode === null) await once(child, 'exit');
    return JSON.parse(value) as Seen[];
  };
}
