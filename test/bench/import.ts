import { newId } from '#kernel';
import { SandboxEngine, ScratchArea, type Scratch } from '#platform/engine';
import { createMasterKeyFile, keysFromConfig } from '#platform/keys';
import { objectsFromConfig } from '#platform/objects';
import { execFile } from 'node:child_process';
import { createReadStream, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BroughtIn, type Bringing } from '../../libs/datasets/application/brought-in.js';
import { CopyFiles } from '../../libs/datasets/application/copy-files.js';
import { DeliveredTables } from '../../libs/datasets/application/delivered-tables.js';
import { importFields, type Taken } from './import-rows.js';
import { below } from './processes-below.js';
import { atMost, figure, machine, type Row, type Say, type SuiteReport } from './report.js';

export interface ImportSizes {
  readonly rows: number;
  /** Each figure is the least of so many measurements, taken in turn. */
  readonly turns: number;
}
const threads = 2;
const run = promisify(execFile);
const beside = fileURLToPath(new URL('import-rows.js', import.meta.url));

/** Keeps hold of the scratch that is open, to weigh it. */
class WeighedArea extends ScratchArea {
  private open: Scratch | undefined;
  override allocate(maxBytes: number): Scratch {
    return (this.open = super.allocate(maxBytes));
  }
  bytes(): number {
    return this.open?.bytes() ?? 0;
  }
}

/**
 * The way of a delivery from its sealed upload to the sealed Parquet file of its copy, as the worker goes it (all but the transactions around
 * it), against what DuckDB takes to turn the same rows, in UTF-8 and in the clear, into a Parquet file.
 */
export async function benchImport(say: Say, { rows, turns }: ImportSizes): Promise<SuiteReport> {
  const measuredOn = machine();
  const folder = await mkdtemp('/dev/shm/opdomain-bench-import-');
  try {
    const masterKeyFile = join(folder, 'master');
    await createMasterKeyFile(masterKeyFile);
    const keys = await keysFromConfig({ kind: 'file', path: join(folder, 'keys'), masterKeyFile });
    const objects = await objectsFromConfig({ kind: 'folder', path: join(folder, 'objects') }, keys);
    const limits = { memoryMb: 2048, threads, wallClockMs: 3_600_000, scratchBytes: 4 * 1024 ** 3 };
    const engine = await SandboxEngine.open({ sandbox: 'preferred', sandboxUid: 60_700, ...limits });
    const area = new WeighedArea({ root: join(folder, 'scratch'), allowDiskScratch: false, owner: engine.scratchOwner });
    const broughtIn = new BroughtIn(new CopyFiles(keys, objects, engine), new DeliveredTables(engine), area);
    const [utf8, gb18030] = [join(folder, 'rows.utf8.csv'), join(folder, 'rows.gb18030.csv')];
    say(`making ${String(rows)} rows × ${String(importFields.length)} columns, ${engine.version}`);
    await run(process.execPath, [beside, 'make', String(rows), utf8, gb18030]);
    const uploadBytes = statSync(gb18030).size;
    const sealedBy = `upload/${newId()}`;
    await keys.create(sealedBy);
    const upload = await objects.put('uploads/bench', createReadStream(gb18030), { sealedBy });
    await rm(gb18030);
    const least = { plain: [Infinity, Infinity], whole: [Infinity, Infinity] };
    let peak = 0;
    for (let turn = 0; turn < turns; turn += 1) {
      const plain = JSON.parse((await run(process.execPath, [beside, 'plain', utf8, join(folder, 'plain.parquet')])).stdout) as Taken;
      const before = process.cpuUsage();
      let engineSeconds = 0;
      const watch = setInterval(() => {
        const now = below(process.pid);
        engineSeconds = Math.max(engineSeconds, now.seconds);
        peak = Math.max(peak, process.memoryUsage.rss() + now.bytes + area.bytes());
      }, 200);
      const began = performance.now();
      const bytes = await objects.get(upload.key, { sealedBy });
      const { file, sorted } = await broughtIn.file(bringing(bytes, uploadBytes), () => undefined);
      const whole = performance.now() - began;
      clearInterval(watch);
      const { bad } = sorted.counts;
      if (file.rows !== rows || bad > 0) throw new Error(`${String(file.rows)} rows were stored, ${String(bad)} put aside`);
      const used = process.cpuUsage(before);
      const here = (used.user + used.system) / 1e6;
      least.plain = [plain.ms, plain.seconds].map((value, at) => Math.min(value, least.plain[at] ?? Infinity));
      least.whole = [whole, here + engineSeconds].map((value, at) => Math.min(value, least.whole[at] ?? Infinity));
      say(
        `DuckDB alone ${told(plain.ms, plain.seconds)}; import ${told(whole, here + engineSeconds)}, ${engineSeconds.toFixed(2)} of them the engine’s; peak ${String(Math.round(peak / 2 ** 20))} MiB`,
      );
    }
    await keys.close();
    await objects.close();
    const [plain = 1, plainSeconds = 1] = least.plain;
    const [whole = Infinity, seconds = Infinity] = least.whole;
    const ratio = Math.round((whole / plain) * 100) / 100;
    const found: Row[] = [
      {
        ...{ name: 'import, GB 18030 to sealed Parquet (goal 2)', value: ratio, unit: '× DuckDB' },
        target: 4,
        goal: 'at most',
        ok: ratio <= 4,
      },
      figure('import: processor time', seconds / plainSeconds, '× DuckDB'),
      figure('import', whole, 'ms'),
      figure('DuckDB alone, UTF-8 to Parquet', plain, 'ms'),
      figure('bytes of the delivery', uploadBytes / 2 ** 20, 'MiB'),
      atMost('peak memory, scratch counted', peak / 2 ** 20, 'MiB', 2048),
    ];
    return { suite: 'import', machine: measuredOn(), rows: found };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const told = (ms: number, seconds: number): string => `${String(Math.round(ms))} ms, ${seconds.toFixed(2)} s of processor`;

function bringing(bytes: AsyncIterable<Uint8Array>, uploadBytes: number): Bringing {
  const [id, scenarioId] = [newId(), newId()];
  return {
    copy: { id, scenarioId, maxBadShare: 0.01, format: { kind: 'csv', encoding: 'gb18030', delimiter: ',', header: true } },
    ...{ fields: importFields, grant: { fields: new Set(importFields.map(({ name }) => name)), rowLimit: null } },
    ...{ bytes, uploadBytes, signal: new AbortController().signal, progress: () => Promise.resolve() },
  };
}
