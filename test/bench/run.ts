import 'reflect-metadata';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { benchCodeRun } from './coderun.js';
import { benchCut, type CutSizes } from './cut.js';
import { benchDesensitise } from './desensitise.js';
import { benchGate } from './gate.js';
import { benchImport } from './import.js';
import { table, type Say, type SuiteReport } from './report.js';

/** A size that is not said is the suite's own. */
interface Sizes extends CutSizes {
  readonly rows: number | undefined;
  readonly turns: number;
  readonly mb: number;
}
const suites: Readonly<Record<string, (say: Say, sizes: Sizes) => Promise<SuiteReport>>> = {
  cut: benchCut,
  desensitise: (say, { rows = 1_000_000, turns }) => benchDesensitise(say, { rows, turns }),
  coderun: (say, { rows = 1_000_000 }) => benchCodeRun(say, { rows }),
  import: (say, { rows = 1_000_000, turns }) => benchImport(say, { rows, turns }),
  gate: (say, { rows = 10_000_000, mb, turns }) => benchGate(say, { rows, mb, times: turns }),
};
const help = `npm run bench -- SUITE [--json FILE]

Measures against real components on this machine and prints each figure beside what it is to be. A missed figure is a figure: the exit
code says only whether it could be measured.

  cut   100 seats with workspaces revoked at once, and 20 one by one, while other domains reconcile and every other lane is full

  desensitise   a plan over a million rows of 13 columns, against a plain Parquet copy: SQL techniques, keyed pseudonyms, a cipher; k over Adult

  coderun   queries over a million rows of 13 columns, with the evidence of a run over raw data and without

  gate   a table of 100 MB through the gate's measures against a copy of 10 million rows

  import   a delivery of a million rows of 13 columns in GB 18030 to the sealed Parquet file of its copy, against DuckDB's own CSV to Parquet

  --domains N --seats N --singles N   a smaller world: 200 domains, 100 seats at once and 20 one by one otherwise
  --rows N --mb N --turns N   rows and megabytes other than those; turns are measurements of each, 3 otherwise
  --profile FOLDER   writes processor profiles of API, worker and operator during the revocations at once
  --json FILE   writes { suite, machine, rows: [{ name, value, unit, target, goal, ok }] }

Exit codes: 0 measured, 1 could not be measured, 2 wrong usage.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    domains: { type: 'string', default: '200' },
    seats: { type: 'string', default: '100' },
    singles: { type: 'string', default: '20' },
    rows: { type: 'string' },
    turns: { type: 'string', default: '3' },
    mb: { type: 'string', default: '100' },
    profile: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const suite = suites[positionals[0] ?? ''];
const sizes = {
  domains: Number(values.domains),
  atOnce: Number(values.seats),
  singles: Number(values.singles),
  profile: values.profile,
  rows: values.rows === undefined ? undefined : Number(values.rows),
  turns: Number(values.turns),
  mb: Number(values.mb),
};
const { profile: _, rows = 1, ...counts } = sizes;
const sound = [rows, ...Object.values(counts)].every((size) => Number.isInteger(size) && size > 0);
if (values.help || suite === undefined || positionals.length !== 1 || !sound) {
  (values.help ? process.stdout : process.stderr).write(help);
  process.exit(values.help ? 0 : 2);
}
const began = performance.now();
const say: Say = (text) => void process.stderr.write(`${String(Math.round((performance.now() - began) / 1000)).padStart(4)} s  ${text}\n`);
try {
  const report = await suite(say, sizes);
  process.stdout.write(table(report));
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
  process.exit(0);
} catch (fault) {
  process.stderr.write(`could not be measured: ${fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)}\n`);
  process.exit(1);
}
