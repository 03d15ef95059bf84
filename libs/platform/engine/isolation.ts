import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, fchownSync, mkdtempSync, openSync, readlinkSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Bubblewrap, Program } from './bubblewrap.js';
import { orphanAttempt, type Isolation, type IsolationRow } from './job.js';
import { firstFile, killGroup } from './launcher.js';
import type { ProbeAnswers, ProbeTask } from './probe.js';
import { memoryFilesystems, pathOf } from './scratch.js';
import { deniedCalls, stayingCalls, syscallAnswers, syscallProgram } from './syscalls.js';

const spaces = ['user', 'mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup'];
const limitMs = 60_000;

/** The answers by which the walls are known: the file is not there, the call is not permitted. Another error shows nothing. */
const expected: Readonly<Record<string, readonly string[]>> = {
  'key-file': ['ENOENT'],
  loopback: ['EPERM'],
  'parent-memory': ['ENOENT'],
  'become-root': ['EPERM'],
  'second-process': ['EPERM'],
  'write-outside': ['EROFS'],
};

/**
 * Starts three probes behind the walls, in the child's place and by its launcher: one tries in JavaScript what a run must not reach, and
 * the one file that it is given; one makes the system calls that no run needs; one goes on for ever under a parent that is then killed,
 * for `patienceMs` at most. What was not answered is unknown, and unknown is not shown.
 */
export async function measure(launcher: Bubblewrap, patienceMs = limitMs): Promise<Isolation> {
  const dir = mkdtempSync(join(tmpdir(), 'opdomain-probe-'));
  const listener = createServer((socket) => socket.destroy());
  const given = openSync(join(dir, 'given'), 'wx+', 0o600);
  try {
    unlinkSync(join(dir, 'given'));
    if (launcher.owner !== undefined) fchownSync(given, launcher.owner, launcher.owner);
    chmodSync(dir, 0o711);
    // As readable as a file can be: what keeps the probe from it is that it is not there.
    const keyFile = join(dir, 'key');
    writeFileSync(keyFile, randomBytes(32), { mode: 0o644 });
    await new Promise<void>((resolve, reject) => listener.once('error', reject).listen(0, '127.0.0.1', resolve));
    const task: ProbeTask = {
      keyFile,
      port: (listener.address() as { port: number }).port,
      parentPid: process.pid,
      spill: launcher.spillOf().folder,
      given: pathOf(firstFile, ''),
      namespaces: Object.fromEntries(spaces.map((name) => [name, readlinkSync(`/proc/self/ns/${name}`)])),
    };
    const launch = { script: 'probe', files: [given], memoryMb: 256, scratchBytes: 1_000_000 } as const;
    const programOf = (calls: Parameters<typeof syscallProgram>[0], name: string): Program => {
      writeFileSync(join(dir, name), syscallProgram(calls) ?? '', { mode: 0o755 });
      return { mounts: [{ from: join(dir, name), to: `/engine/${name}` }], command: [`/engine/${name}`] };
    };
    const [said, called, orphan] = await Promise.all([
      heard(launcher.start(launch), `${JSON.stringify(task)}\n`),
      heard(launcher.start(launch, programOf(Object.values(deniedCalls), 'syscalls')), ''),
      outlived(launcher.start(launch, programOf(stayingCalls, 'staying'), ['/bin/sh', '-c', '"$@"; true', 'parent']), patienceMs),
    ]);
    if (said.length === 0) return { state: 'not-shown', by: launcher.name, rows: [], reason: 'the probe did not answer' };
    const names = Object.keys(deniedCalls);
    const calls = Object.entries(syscallAnswers(called, names)).map(([name, answer]) => rowOf(`call ${name}`, answer, ['EPERM']));
    const rows = [...judge(JSON.parse(said.toString('utf8')) as ProbeAnswers), orphan, ...calls];
    return { state: rows.every(({ outcome }) => outcome === 'refused') ? 'shown' : 'not-shown', by: launcher.name, rows };
  } catch (fault) {
    const reason = `the probe could not be made (${(fault as NodeJS.ErrnoException).code ?? 'fault'})`;
    return { state: 'not-shown', by: launcher.name, rows: [], reason };
  } finally {
    listener.close();
    closeSync(given);
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Everything that a process says on descriptor 3 until it ends. */
async function heard(child: ChildProcess, input: string): Promise<Buffer> {
  child.once('error', () => undefined);
  child.stdin?.on('error', () => undefined);
  child.stdin?.write(input);
  const clock = setTimeout(() => child.kill('SIGKILL'), limitMs);
  try {
    return await buffer(child.stdio[3] as Readable);
  } finally {
    clearTimeout(clock);
  }
}

/** Kills the parent once its child has said something. Descriptor 3 ends when the last process that holds it is gone. */
async function outlived(parent: ChildProcess, patienceMs: number): Promise<IsolationRow> {
  const attempt = orphanAttempt;
  parent.once('error', () => undefined);
  const said = parent.stdio[3] as Readable;
  const ended = new Promise((resolve) => said.once('close', resolve)).then(() => 'ended' as const);
  const word = new Promise((resolve) => said.once('data', resolve)).then(() => 'started' as const);
  const within = (ms: number) => pause(ms, 'late' as const, { ref: false });
  if ((await Promise.race([word, ended, within(limitMs)])) !== 'started') {
    killGroup(parent);
    return { attempt, outcome: 'unknown', answer: 'it did not start' };
  }
  const killed = performance.now();
  parent.kill('SIGKILL');
  const gone = (await Promise.race([ended, within(patienceMs)])) === 'ended';
  const ms = String(Math.round(performance.now() - killed));
  if (!gone) process.kill(-(parent.pid ?? 0), 'SIGKILL'); // what lives on keeps the group's number
  return { attempt, outcome: gone ? 'refused' : 'done', answer: `${gone ? 'gone' : 'alive'} after ${ms} ms` };
}

const rowOf = (attempt: string, answer: string, right: readonly string[]): IsolationRow => ({
  attempt,
  outcome: answer === 'done' ? 'done' : right.includes(answer) ? 'refused' : 'unknown',
  answer,
});

function judge({ uid, answers, shared, status, processes, spillType }: ProbeAnswers): IsolationRow[] {
  const none = (name: string): IsolationRow => {
    const held = status[name] ?? '';
    return { attempt: name, outcome: /^0+$/.test(held) ? 'refused' : held === '' ? 'unknown' : 'done', answer: held };
  };
  const state = (attempt: string, holds: boolean, answer: string): IsolationRow => ({
    attempt,
    outcome: holds ? 'refused' : 'done',
    answer,
  });
  return [
    ...Object.entries(expected).map(([attempt, right]) => rowOf(attempt, answers[attempt] ?? 'unknown', right)),
    ...['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map(none),
    state('no new privileges', status['NoNewPrivs'] === '1', status['NoNewPrivs'] ?? ''),
    state('seccomp filter', status['Seccomp'] === '2', status['Seccomp'] ?? ''),
    state('user is root', uid > 0, String(uid)),
    state('shared namespaces', shared.length === 0, shared.join(' ')),
    state('be without its files', answers['given'] === 'done', answers['given'] ?? ''),
    state('spill to a disk', memoryFilesystems.has(spillType), `filesystem ${spillType.toString(16)}`),
    state('other processes', processes.length <= 2, String(processes.length)), // bubblewrap's own first process and itself
  ];
}
