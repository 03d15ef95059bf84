/**
 * Runs in the engine's place, behind the same walls, and tries what a run must not be able to do. It reports what the kernel answered to
 * each attempt: `done`, or the code of the error. Like the child: one file, erasable types, imports of Node.js alone.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readdirSync, readlinkSync, statfsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

/** What the parent planted, and its own namespaces to compare with. */
export interface ProbeTask {
  readonly keyFile: string;
  readonly port: number;
  readonly parentPid: number;
  readonly spill: string;
  /** The one file that it may open, read and write. */
  readonly given: string;
  readonly namespaces: Readonly<Record<string, string>>;
}
export interface ProbeAnswers {
  readonly uid: number;
  readonly answers: Readonly<Record<string, string>>;
  /** Namespaces that it shares with its parent. */
  readonly shared: readonly string[];
  /** Lines of proc(5) status that tell of privileges. */
  readonly status: Readonly<Record<string, string>>;
  readonly processes: readonly number[];
  /** The kind of filesystem that its spill is on, by statfs(2). */
  readonly spillType: number;
}

function tried(attempt: () => unknown): string {
  try {
    attempt();
    return 'done';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}
const open = (path: string) => (): void => {
  closeSync(openSync(path, 'r+'));
};

async function connected(port: number): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port });
  const answer = await new Promise<string>((resolve) => {
    socket.once('connect', () => {
      resolve('done');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? 'unknown');
    });
  });
  socket.destroy();
  return answer;
}

async function probe(task: ProbeTask): Promise<ProbeAnswers> {
  const status = Object.fromEntries(
    readFileSync('/proc/self/status', 'utf8')
      .split('\n')
      .map((line) => line.split(/:\s+/) as [string, string]),
  );
  const kept = ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb', 'NoNewPrivs', 'Seccomp'];
  return {
    uid: process.getuid?.() ?? -1,
    answers: {
      'key-file': tried(() => readFileSync(task.keyFile)),
      loopback: await connected(task.port),
      'parent-memory': tried(open(`/proc/${String(task.parentPid)}/mem`)),
      'become-root': tried(() => process.setuid?.(0)),
      'second-process': (spawnSync('/engine/node', ['--version']).error as NodeJS.ErrnoException | undefined)?.code ?? 'done',
      given: tried(open(task.given)),
      'write-outside': tried(() => {
        writeFileSync('/engine/written', '');
      }),
    },
    shared: Object.entries(task.namespaces).flatMap(([name, id]) => (readlinkSync(`/proc/self/ns/${name}`) === id ? [name] : [])),
    status: Object.fromEntries(kept.map((name) => [name, status[name] ?? ''])),
    processes: readdirSync('/proc').map(Number).filter(Number.isInteger),
    spillType: statfsSync(task.spill).type,
  };
}

createInterface({ input: process.stdin }).once('line', (line) => {
  void probe(JSON.parse(line) as ProbeTask).then((answers) => {
    writeFileSync(3, `${JSON.stringify(answers)}\n`);
    process.exit(0);
  });
});
