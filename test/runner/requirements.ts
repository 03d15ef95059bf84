import { coverage, jointTags, unknownIds } from '#oversight';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readAll } from './results.js';

/** `npm run requirements [-- --json FILE]`: which obligations the tests of the last `npm test` show, and which nobody shows yet. */
const { values } = parseArgs({ options: { json: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
if (values.help === true) {
  process.stdout.write('npm run requirements [-- --json FILE]   which requirements the last `npm test` showed\n');
  process.exit(0);
}
const rings = readAll();
if (rings.length === 0) {
  process.stderr.write('no test results yet: run `npm test` first; a test that did not run shows nothing\n');
  process.exit(2);
}
const tests = rings
  .flatMap((ring) => ring.tests)
  .map((test) => ({ name: test.name, passed: test.status === 'passed' ? true : test.status === 'failed' ? false : undefined }));
const rows = coverage(tests);
const shown = rows.filter((row) => row.shown);
const counted = shown.filter((row) => row.requirement.kind !== 'organisational');
for (const row of shown)
  process.stdout.write(`shown      ${row.requirement.id.padEnd(8)} ${row.requirement.kind.padEnd(7)} ${row.requirement.en}\n`);
for (const row of rows.filter((one) => !one.shown))
  process.stdout.write(`not shown  ${row.requirement.id.padEnd(8)} ${row.requirement.kind.padEnd(7)} ${row.requirement.en}\n`);
const unknown = unknownIds(tests);
if (unknown.length > 0) process.stderr.write(`tests name requirements that are not in the catalogue: ${unknown.join(', ')}\n`);
const joint = [...new Set(tests.flatMap((test) => jointTags(test.name)))];
if (joint.length > 0) process.stderr.write(`tests name several requirements in one tag, which counts for none: ${joint.join(' ')}\n`);
process.stdout.write(`requirements: ${shown.length} of ${rows.length} shown (${counted.length} system and record rows)\n`);
if (values.json !== undefined) {
  writeFileSync(
    values.json,
    `${JSON.stringify({ shown: shown.length, total: rows.length, rows: rows.map((row) => ({ id: row.requirement.id, kind: row.requirement.kind, shown: row.shown, tests: row.tests })) }, null, 2)}\n`,
  );
}
process.exit(unknown.length + joint.length > 0 ? 1 : 0);
