import { execFile, spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { promisify } from 'node:util';
import { nodeArguments, scriptFile, type Launch, type Launcher, type Spill } from './launcher.js';
import { seccompFilters } from './seccomp.js';

const run = promisify(execFile);

/** A file or folder of this machine, and where the child sees it, read-only. */
export interface Mount {
  readonly from: string;
  readonly to: string;
}
/** Another program in the child's place. */
export interface Program {
  readonly mounts: readonly Mount[];
  readonly command: readonly string[];
}

const folders = ['/usr/bin', '/usr/local/bin', '/bin', '/usr/sbin', '/sbin'];
const find = (name: string): string | undefined => folders.map((folder) => join(folder, name)).find((path) => existsSync(path));

/** Where the assembled root of the child stands while its mount namespace is made; whatever else is there is covered in that namespace. */
const assembly = '/mnt';
/** Where the child sees a memory filesystem of its own mount namespace, for its spill. */
const ownMemory = '/scratch';
const smallTmp = String(1024 * 1024);
const mebibyte = 1024 * 1024;

interface Tools {
  readonly bwrap: string;
  /** Root alone needs it, to become the child's user before bubblewrap does. */
  readonly setpriv: string | undefined;
  readonly filter: Buffer;
  readonly root: readonly Mount[];
}

/**
 * Starts the child by bubblewrap: user, mount, pid, network, IPC, UTS and cgroup namespaces of its own, no capability, no new privileges,
 * the seccomp filter, limits, and a root that holds Node.js, DuckDB and their libraries alone. Of what outlives it, it can write the files
 * that it inherits and nothing else; its spill is a memory filesystem of its mount namespace, which nobody else sees and which ends with it.
 *
 * When its parent dies the kernel kills it: the signal reaches bubblewrap's own first process, and its pid namespace falls with it. As root
 * there are two of these namespaces, since what is left of the outer bubblewrap may not signal another user's process.
 *
 * Started by root it becomes `uid` first, so that it is root neither inside nor outside: its root is assembled below `/mnt` of a mount
 * namespace, since that user may not walk to where this project stands. Started by anybody else it stays that user outside.
 */
export class Bubblewrap implements Launcher {
  readonly owner: number | undefined;
  readonly remains = 'nothing: its files have no name and its spill is memory of its own processes';

  private constructor(
    readonly name: string,
    private readonly uid: number,
    private readonly tools: Tools,
  ) {
    this.owner = tools.setpriv === undefined ? undefined : uid;
  }

  /** @returns the launcher, or why this machine cannot have it */
  static async find(uid: number): Promise<Bubblewrap | { readonly reason: string }> {
    if (process.platform !== 'linux') return { reason: `namespaces are of Linux; this is ${process.platform}` };
    const filter = seccompFilters[process.arch];
    if (filter === undefined) return { reason: `there is no seccomp filter for ${process.arch}` };
    const root = process.getuid?.() === 0;
    const [bwrap, prlimit, setpriv] = ['bwrap', 'prlimit', 'setpriv'].map(find);
    if (bwrap === undefined) return { reason: 'bubblewrap is not installed (Debian: apt-get install bubblewrap)' };
    if (prlimit === undefined || setpriv === undefined) return { reason: 'prlimit and setpriv are not installed (Debian: util-linux)' };
    try {
      const version = (await run(bwrap, ['--version'])).stdout.trim();
      const tools = { bwrap, setpriv: root ? setpriv : undefined, filter: Buffer.from(filter, 'base64'), root: await minimalRoot(prlimit) };
      return new Bubblewrap(version, uid, tools);
    } catch (fault) {
      return { reason: `bubblewrap cannot be prepared (${(fault as NodeJS.ErrnoException).code ?? 'fault'})` };
    }
  }

  spillOf(): Spill {
    return { folder: ownMemory, encrypted: false };
  }

  /** @param parent a command that starts the rest as its child, in this process's place */
  start(launch: Launch, program?: Program, parent: readonly string[] = []): ChildProcess {
    const [command = '', ...args] = [...parent, ...this.command(launch, program)];
    const stdio: StdioOptions = ['pipe', 'ignore', 'ignore', 'pipe', 'pipe', ...launch.files];
    const child = spawn(command, args, { cwd: '/', env: {}, detached: true, stdio });
    const filter = child.stdio[4] as Writable;
    filter.on('error', () => undefined); // gone before it read its filter: its end says so
    filter.end(this.tools.filter);
    return child;
  }

  /** The whole command line; it names paths and limits, nothing of the run's content. */
  command(launch: Launch, program: Program = engineProgram(launch)): string[] {
    const { bwrap, setpriv, root } = this.tools;
    const mounts = [...root, ...program.mounts];
    const view = (below: string): string[] => [
      ...foldersOf(mounts.map(({ to }) => below + to)).flatMap((folder) => ['--dir', folder]),
      ...mounts.flatMap(({ from, to }) => ['--ro-bind', from, below + to]),
    ];
    const confined = [...namespaces(this.uid), ...limited(launch, program.command)];
    if (setpriv === undefined) return [bwrap, ...view(''), ...ownFilesystems(launch), ...confined];
    const user = String(this.uid);
    return [
      ...[bwrap, '--dev-bind', '/', '/', '--tmpfs', assembly, ...view(assembly)],
      ...['/proc', '/dev', '/tmp', ownMemory].flatMap((folder) => ['--dir', assembly + folder]),
      ...['--unshare-pid', '--die-with-parent', '--', setpriv, '--reuid', user, '--regid', user, '--clear-groups', '--no-new-privs'],
      ...['--bounding-set=-all', '--inh-caps=-all', '--pdeathsig', 'KILL', '--', bwrap],
      ...['--ro-bind', assembly, '/', ...ownFilesystems(launch), ...confined],
    ];
  }
}

/** Devices, processes, a small /tmp and memory for its spill, all the child's own. */
const ownFilesystems = ({ scratchBytes }: Launch): string[] => [
  ...['--proc', '/proc', '--dev', '/dev', '--size', smallTmp, '--tmpfs', '/tmp', '--size', String(scratchBytes), '--tmpfs', ownMemory],
  ...['--remount-ro', '/dev', '--remount-ro', '/'],
];

/** Every folder above these paths, the upper ones first: bubblewrap would make them for its own user alone. */
function foldersOf(paths: readonly string[]): string[] {
  const above = (path: string): string[] => (dirname(path) === '/' ? [] : [...above(dirname(path)), dirname(path)]);
  return [...new Set(paths.flatMap(above))];
}

const namespaces = (uid: number): string[] => [
  ...['--unshare-user', '--unshare-pid', '--unshare-net', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup'],
  ...['--uid', String(uid), '--gid', String(uid), '--hostname', 'engine', '--clearenv', '--chdir', '/'],
  ...['--cap-drop', 'ALL', '--die-with-parent', '--seccomp', '4', '--'],
];

/**
 * Limits that hold against the program itself. Address space is not limited: V8 reserves much more than it uses; data is what it uses.
 * DuckDB keeps to its own limit and says so; this one is for what does not, and leaves room for V8, code and stacks.
 */
const limited = ({ memoryMb, scratchBytes }: Launch, command: readonly string[]): string[] => {
  const data = String((memoryMb * 2 + 1024) * mebibyte);
  const limits = { core: '0', nproc: '256', nofile: '256', memlock: '0', msgqueue: '0', fsize: String(scratchBytes), data };
  return ['/engine/prlimit', ...Object.entries(limits).map(([name, value]) => `--${name}=${value}:${value}`), '--', ...command];
};

function engineProgram({ script, memoryMb }: Launch): Program {
  const from = scriptFile(script);
  const to = `/engine/${script}${from.endsWith('.ts') ? '.mts' : '.mjs'}`;
  const beside = script === 'child' ? [{ from: from.replace(/child(\.[jt]s)$/, 'keyed$1'), to: to.replace('child', 'keyed') }] : [];
  return { mounts: [{ from, to }, ...beside], command: ['/engine/node', ...nodeArguments(memoryMb), to] };
}

/** Node.js, the packages that the child imports, `prlimit`, and the shared libraries of them all. */
async function minimalRoot(prlimit: string): Promise<readonly Mount[]> {
  const packages = packagesOf('@duckdb/node-api', import.meta.url);
  const binaries = [process.execPath, prlimit, ...packages.flatMap((folder) => duckdbBinaries.map((name) => join(folder, name)))];
  const libraries = await Promise.all(binaries.filter((path) => existsSync(path)).map(librariesOf));
  return [
    { from: process.execPath, to: '/engine/node' },
    { from: prlimit, to: '/engine/prlimit' },
    ...packages.map((folder) => ({ from: folder, to: `/engine/node_modules/${nameOf(folder)}` })),
    ...[...new Set(libraries.flat())].map((path) => ({ from: path, to: path })),
    ...['/etc/ld.so.cache'].filter((path) => existsSync(path)).map((path) => ({ from: path, to: path })),
  ];
}
const duckdbBinaries = ['duckdb.node', 'libduckdb.so'];
const nameOf = (folder: string): string => (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name: string }).name;

/** Folders of a package and of what it depends on; optional ones that this platform does not have are left out. */
function packagesOf(name: string, from: string): string[] {
  const manifest = createRequire(from)
    .resolve.paths(name)
    ?.map((folder) => join(folder, name, 'package.json'))
    .find((path) => existsSync(path));
  if (manifest === undefined) return [];
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(manifest, 'utf8')) as Record<
    string,
    Record<string, string> | undefined
  >;
  const below = Object.keys({ ...dependencies, ...optionalDependencies }).flatMap((dependency) => packagesOf(dependency, manifest));
  return [...new Set([dirname(manifest), ...below])];
}

/** What the loader would load, by ldd: absolute paths outside the packages, which are there anyway. */
async function librariesOf(binary: string): Promise<string[]> {
  const { stdout } = await run('ldd', [binary], { env: { PATH: folders.join(':') } }).catch(() => ({ stdout: '' })); // a static binary has none
  return [...stdout.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].flatMap(([, path]) =>
    path === undefined || path.includes('/node_modules/') ? [] : [path],
  );
}
