import { DuckDBInstance } from '@duckdb/node-api';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '#kernel';
import { SandboxEngine, ScratchArea } from '#platform/engine';
import { createMasterKeyFile, keysFromConfig } from '#platform/keys';
import { objectsFromConfig, type StoredObject } from '#platform/objects';
import { DigestKeys } from '../../libs/exports/application/digest-keys.js';
import { GateMeasures, type GateOrder } from '../../libs/exports/application/gate-measures.js';
import { SealedTables } from '../../libs/exports/application/sealed-tables.js';
import { runGate } from '../../libs/exports/domain/gate.js';
import { defaultExportPolicy } from '../../libs/exports/domain/policy.js';
import { atMost, figure, machine, percentile, type Say, type SuiteReport } from './report.js';

export interface GateSizes {
  readonly rows: number;
  readonly mb: number;
  readonly times: number;
}
const columns = ['person_no', 'name', 'sex', 'born', 'district', 'edu', 'income', 'visits', 'diag', 'town', 'phone', 'plan', 'seen'];

/** Invented people in as many rows, and an honest table over other groups that is as many megabytes long. */
const people = (rows: number): string => `SELECT 'P' || lpad(CAST(i * 7 AS VARCHAR), 10, '0') AS person_no,
  chr(CAST(19968 + hash(i, 1) % 400 AS INTEGER)) || chr(CAST(20500 + hash(i, 2) % 900 AS INTEGER)) AS name, CASE WHEN hash(i, 3) % 2 = 0 THEN '男' ELSE '女' END AS sex,
  DATE '1940-01-01' + CAST(hash(i, 4) % 27000 AS INTEGER) AS born, '区' || (hash(i, 5) % 90) AS district, '学历' || (hash(i, 6) % 6) AS edu,
  CAST((hash(i, 7) % 2000000) / 100 AS DECIMAL(12, 2)) AS income, CAST(hash(i, 8) % 40 AS INTEGER) AS visits, '诊断' || (hash(i, 9) % 300) AS diag,
  '镇' || (hash(i, 10) % 1500) AS town, '13' || lpad(CAST(hash(i, 11) % 1000000000 AS VARCHAR), 9, '0') AS phone, '险种' || (hash(i, 12) % 5) AS plan,
  DATE '2025-01-01' + CAST(hash(i, 13) % 365 AS INTEGER) AS seen FROM range(${String(rows)}) t(i)`;
const bytesOfRow = 58;
const table = (
  mb: number,
): string => `SELECT '镇' || (i % 1500) AS town, '诊断' || (i // 1500 % 300) AS diag, CASE WHEN i % 2 = 0 THEN '男' ELSE '女' END AS sex,
  10 + CAST(hash(i, 21) % 4000 AS INTEGER) AS people, round(4000 + (hash(i, 22) % 10000000) / 1000.0, 2) AS mean_income,
  round((hash(i, 23) % 100000) / 100000.0, 4) AS share FROM range(${String(Math.round((mb * 1024 * 1024) / bytesOfRow))}) t(i)`;

/** How long the measures of the gate take over one long table and one large copy: reading, comparing, deciding; real engine, objects and keys. */
export async function benchGate(say: Say, { rows, mb, times }: GateSizes): Promise<SuiteReport> {
  const machineNow = machine();
  const folder = await mkdtemp('/dev/shm/opdomain-bench-gate-');
  try {
    const keyFile = join(folder, 'master');
    await createMasterKeyFile(keyFile);
    const keys = await keysFromConfig({ kind: 'file', path: join(folder, 'keys'), masterKeyFile: keyFile });
    const objects = await objectsFromConfig({ kind: 'folder', path: join(folder, 'objects') }, keys);
    const engine = await SandboxEngine.open({
      ...{ sandbox: 'preferred', sandboxUid: 60_700, memoryMb: 3072, threads: 2, wallClockMs: 1_800_000, scratchBytes: 12 * 1024 ** 3 },
    });
    const area = new ScratchArea({ root: join(folder, 'scratch'), allowDiskScratch: false, owner: engine.scratchOwner });
    const scenarioId = newId();
    const sealedBy = `scenario/${scenarioId}`;
    await keys.create(sealedBy);
    const put = async (name: string, sql: string, format: string): Promise<StoredObject> => {
      say(`making ${name}`);
      const connection = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
      await connection.run(`COPY (${sql}) TO '${join(folder, name)}' (${format})`);
      connection.closeSync();
      const stored = await objects.put(`bench/${name}`, createReadStream(join(folder, name)), { sealedBy });
      await rm(join(folder, name));
      return stored;
    };
    const source = await put('source.parquet', people(rows), 'FORMAT parquet');
    const result = await put('result.csv', table(mb), 'FORMAT csv, HEADER');
    const place = ({ key, version }: StoredObject) => ({ objectKey: key, objectVersion: version, sealedBy });
    const file = { id: newId(), name: 'result.csv', bytes: result.bytes, digest: result.sha256, ...place(result) };
    const request = { id: newId(), scenarioId, digestKey: null, files: [file], lineage: { copies: [], files: [] } };
    const copy = { copyId: newId(), datasetId: newId(), ...place(source), bytes: source.bytes, rows, columns };
    const order = {
      ...{ request, policy: defaultExportPolicy, copies: [copy], earlier: [], spent: { bytes: 0, rows: 0 } },
    } as unknown as GateOrder;
    // What it asks of the database is the order, which stands here already.
    const nobody = undefined as never;
    const measures = new GateMeasures(
      nobody,
      nobody,
      nobody,
      nobody,
      nobody,
      new SealedTables(objects),
      new DigestKeys(keys),
      objects,
      engine,
      area,
    );
    const took: number[] = [];
    let answer = '';
    for (let turn = 0; turn < times; turn += 1) {
      const began = performance.now();
      const { facts } = await measures.measure(order);
      answer = runGate(facts)
        .checks.map((check) => `${check.check} ${check.answer}`)
        .join(', ');
      took.push((performance.now() - began) / 1000);
      say(`gate: ${String(Math.round(took.at(-1) ?? 0))} s (${answer})`);
    }
    await keys.close();
    await objects.close();
    const what = `${String(Math.round(result.bytes / 1024 ** 2))} MB table against ${String(rows)} rows`;
    return {
      suite: 'gate',
      machine: machineNow(),
      rows: [
        atMost(`${what}, p95 of ${String(times)}`, percentile(took, 0.95), 's', 90),
        figure(`${what}, p50; to be 60 s`, percentile(took, 0.5), 's'),
        figure('bytes of the copy', source.bytes / 1024 ** 2, 'MB'),
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
