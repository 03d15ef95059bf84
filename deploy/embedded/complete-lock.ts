/**
 * Adds to package-lock.json the packages for other platforms that npm leaves out where its registry lacks them: `npm ci`
 * asks for every one that an optionalDependencies names, and otherwise fails. Run after each `npm install`:
 * `node deploy/embedded/complete-lock.ts`. It reads and writes only that file.
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface Entry {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

const systems = ['darwin', 'linux', 'win32', 'android', 'freebsd', 'openharmony'];
const processors = ['x64', 'arm64', 'arm', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64'];
const libraries: Readonly<Record<string, string>> = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' };

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Entry> };
const known = lock.packages;
const added: string[] = [];
for (const [path, parent] of Object.entries(known)) {
  for (const [name, range] of Object.entries(parent.optionalDependencies ?? {})) {
    if (`node_modules/${name}` in known || `${path}/node_modules/${name}` in known) continue;
    const words = name.split(/[-/]/);
    const [os, cpu, libc] = [
      words.filter((word) => systems.includes(word)),
      words.filter((word) => processors.includes(word)),
      words.flatMap((word) => libraries[word] ?? []),
    ];
    // An entry without a platform would be fetched everywhere.
    if (os.length === 0) throw new Error(`${name}: no operating system in its name, so its entry has to be written by hand`);
    known[`node_modules/${name}`] = {
      version: range.replace(/^[\^~]/, ''),
      ...(cpu.length > 0 && { cpu }),
      ...(parent.dev === true && { dev: true }),
      ...(libc.length > 0 && { libc }),
      optional: true,
      os,
    };
    added.push(name);
  }
}
if (added.length > 0) {
  const [root, ...others] = Object.keys(known).sort();
  lock.packages = Object.fromEntries([root ?? '', ...others].map((path) => [path, known[path] ?? {}]));
  writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
}
process.stdout.write(`${added.length} entries added\n`);
