import type { EngineInput, SandboxEngine, Scratch } from '#platform/engine';
import { DuckDBInstance } from '@duckdb/node-api';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { adultFields, adultFile } from '../../deploy/embedded/samples/adult.js';
import { projectRoot } from '../../deploy/embedded/processes/project-root.js';
import type { Plan, SchemaColumn } from '../../libs/desensitisation/contract.js';
import { Anonymising } from '../../libs/desensitisation/application/anonymising.js';
import { duckdbType } from '../../libs/desensitisation/domain/compile.js';
import { rowNumber } from '../../libs/desensitisation/domain/names.js';
import { figure, type Row, type Say } from './report.js';

const quasi = ['sex', 'age', 'race', 'marital-status', 'education', 'native-country', 'workclass', 'occupation'];
const schema = adultFields.map(({ name, type }): SchemaColumn => ({ name, type }));

/** Without its top, which every ladder has. */
const hierarchies = (): NonNullable<NonNullable<Plan['singlingOut']>['hierarchies']> =>
  quasi.flatMap((column) => {
    const file = join(projectRoot, 'test', 'fixtures', 'adult', `adult_hierarchy_${column}.csv`);
    const lines = readFileSync(file, 'utf8').split(/\r?\n/).filter((line) => line !== ''); // prettier-ignore
    const levels = Object.fromEntries(lines.map((line) => line.split(';')).map(([value = '', ...above]) => [value, above.slice(0, -1)]));
    return Object.values(levels).every((above) => above.length > 0) ? [{ column, levels }] : [];
  });

/** The search over the Adult extract with its hierarchies: what each k costs in data and in time. */
export async function benchAdult(say: Say, engine: SandboxEngine, scratch: Scratch): Promise<readonly Row[]> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(
    `COPY (FROM read_csv('${adultFile}', delim=';', header=true)) TO '${scratch.file('adult.parquet')}' (FORMAT parquet, USE_TMP_FILE false)`,
  );
  connection.closeSync();
  const columns = schema.map(({ name, type }) => ({ name, type: duckdbType[type] }));
  const raw: EngineInput = { name: 'raw', file: 'adult.parquet', format: 'parquet', access: 'view', rowNumber, columns };
  const rows: Row[] = [];
  for (const k of [2, 5, 10, 100]) {
    const plan: Plan = {
      columns: schema.map(({ name }) => ({ column: name, sensitiveType: 'none', grade: 'L2', technique: { kind: 'keep' } })),
      sampling: { atMost: 100_000 },
      singlingOut: { quasiIdentifiers: quasi, k, hierarchies: hierarchies() },
    };
    const began = performance.now();
    const searched = { raw, plan, schema, seed: 'seed', keys: {} };
    const found = await new Anonymising(engine).choose(scratch, searched, new AbortController().signal);
    const seconds = (performance.now() - began) / 1000;
    if (found === undefined) continue;
    const { measured, judged } = found;
    say(`Adult, k = ${String(k)}: ${String(judged)} of 12,960 choices judged, rungs ${found.node.join(' ')}`);
    rows.push(
      figure(`Adult, k = ${String(k)}: loss (normalised certainty penalty, what is left out counted whole)`, measured.loss * 100, '%'),
      figure(`Adult, k = ${String(k)}: rows left out`, (measured.suppressed / found.rows) * 100, '%'),
      figure(`Adult, k = ${String(k)}: search`, seconds, 's'),
    );
  }
  return rows;
}
