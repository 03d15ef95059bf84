import { Refusal, type ChargeItem, type JobType } from '#kernel';
import type { Tx } from '#platform/database';
import { causeRefused } from '#platform/engine';
import type { Attempt, Made, RunAct, RunKind, Said } from '#runs';
import { SeatAccess } from '#seats';
import { Inject, Injectable } from '@nestjs/common';
import { CODERUNS_CONFIG, type CodeRunsConfig } from '../config.js';
import type { coderunsAuditActions } from '../domain/audit-actions.js';
import { resultLineage } from '../domain/code.js';
import type { Vetoed } from '../domain/interference/interference.js';
import { refuse } from '../domain/refusals.js';
import { runJob, trialJob } from '../domain/work.js';
import { CodeRunsRepository } from '../persistence/code-runs.repository.js';
import type { CodeRunRow, SubmissionRow } from '../persistence/entities.js';
import { SubmissionsRepository } from '../persistence/submissions.repository.js';
import { CodeReviews } from './code-reviews.js';
import { CodeReading } from './code-reading.js';
import { columnsByTable, InputGate, tablesOf, type ReadableInput } from './input-gate.js';
import { Quarantine } from './quarantine.js';
import { protectedRun, tested } from './protected-run.js';
import { SealedMaps } from './sealed-maps.js';
import { SqlRunner, type Beside, type Sealing } from './sql-runner.js';

interface Code {
  readonly submission: SubmissionRow;
  readonly inputs: readonly ReadableInput[];
}

/** 模型运行: reviewed code over raw copies, or the same code over samples, its result into quarantine. */
@Injectable()
export class CodeRunKind implements RunKind<CodeRunRow, Code, Code> {
  readonly context = 'coderuns';
  readonly kind = 'code-run';
  readonly actions = {
    started: 'code-run.started',
    checking: 'code-run.checking',
    succeeded: 'code-run.succeeded',
    failed: 'code-run.failed',
    cancelled: 'code-run.cancelled',
    read: 'code-run.read',
  } as const satisfies Record<RunAct, keyof typeof coderunsAuditActions>;
  readonly cut = refuse('coderuns.cut');
  readonly told = ['kind', 'line', 'column', 'fields'] as const;

  constructor(
    readonly table: CodeRunsRepository,
    private readonly submissions: SubmissionsRepository,
    private readonly access: SeatAccess,
    private readonly gate: InputGate,
    private readonly reviews: CodeReviews,
    private readonly reading: CodeReading,
    private readonly runner: SqlRunner,
    private readonly quarantine: Quarantine,
    private readonly maps: SealedMaps,
    @Inject(CODERUNS_CONFIG) private readonly config: CodeRunsConfig,
  ) {}

  job = ({ mode }: CodeRunRow): JobType => (mode === 'trial' ? trialJob : runJob);
  usage = ({ mode }: CodeRunRow): ChargeItem | undefined => (mode === 'trial' ? undefined : 'code-run');
  clear = (run: CodeRunRow): Promise<void> => this.quarantine.clear(run);

  /**
   * The code is what was reviewed, what it reads may be read now, and whoever ordered it still works in the scenario: a lock cuts nothing of a
   * seat by which nobody has worked yet.
   */
  async allowed(tx: Tx, run: CodeRunRow): Promise<Code> {
    await this.access.assert(tx, run.requestedBy, run.scenarioId, tx.context.at);
    const known = await this.submissions.get(tx, run.submissionId);
    const inputs = await this.gate[run.mode === 'production' ? 'raw' : 'sampled'](tx, run.scenarioId, known.inputs, tx.context.at);
    const submission = await this.submissions.lock(tx, known.id, 'share');
    if (run.mode === 'production') await this.reviews.assertMayRunOnRaw(tx, submission);
    if (submission.digest !== run.codeDigest) throw refuse('coderuns.code-changed');
    if (run.mode === 'production') assertGranted(submission, inputs);
    return { submission, inputs };
  }

  start(_tx: Tx, { mode, codeDigest }: CodeRunRow, given: Code): Promise<Said<CodeRunRow> & { readonly given: Code }> {
    const copies = given.inputs.map(({ copyId, datasetId, as, file }) => ({ copyId, datasetId, as, sha256: file.sha256 }));
    const details = { mode, codeDigest, copies: copies.map(({ copyId }) => copyId) };
    return Promise.resolve({ given, change: { engine: this.runner.version, copies }, details });
  }

  make(run: CodeRunRow, { submission, inputs }: Code, attempt: Attempt): Promise<Made<CodeRunRow>> {
    const { codeDigest, mode } = run;
    const limits = mode === 'trial' ? this.config.trials : {};
    const made = this.runner.with(inputs, limits, attempt.signal, async (open) => {
      const { sql } = submission;
      const of = { reading: this.reading, open, sql, tables: tablesOf(inputs), rule: this.config.disclosure };
      const read = mode === 'production' ? await protectedRun(of) : undefined;
      const file = ({ sealed, key }: Sealing, { map }: Beside) => this.maps.file(sealed.about, key, inputs, map());
      const { made, sealing } = await (read?.test === undefined
        ? open.select(read?.sql ?? sql).then((plain) => ({ made: plain, sealing: undefined }))
        : tested(open, read, read.test, await this.maps.key(run.scenarioId), (by, beside) =>
            this.maps.tells(file(by, beside), this.config.disclosure.threshold),
          ));
      const { columns, rows, data, verdict, beside } = made;
      await attempt.checking();
      if (verdict !== undefined && 'vetoed' in verdict) return interfering(verdict);
      if (columns.length === 0) throw refuse('coderuns.result-empty');
      const lineage = resultLineage(
        read?.derivations ?? submission.derivations ?? undefined,
        columns,
        submission.inputs,
        columnsByTable(inputs),
      );
      const map = sealing && beside && file(sealing, beside);
      const interference = verdict === undefined ? null : { ...verdict, named: verdict.named.map((at) => columns[at] ?? '') };
      const about = {
        rows,
        columns,
        lineage,
        interference,
        engine: this.runner.version,
        ...(beside === undefined ? {} : { held: beside.held }),
      };
      const { keyed, ...stored } = await this.quarantine.put(run, data(), about, map);
      return { change: { rows, lineage, interference, ...stored }, details: { digest: keyed, codeDigest, mode } };
    });
    return made.catch(mode === 'trial' ? ofTrial : ofProduction);
  }
}

/** The run ends: nothing of its result is kept. */
const interfering = ({ vetoed }: Vetoed): Made<CodeRunRow> => ({
  change: {},
  details: {},
  refusal: refuse('coderuns.interference', { kind: vetoed }),
});

/** Every field that the result derives from is open today; a field that was closed since the review stops the run (REQ-02). */
function assertGranted(submission: SubmissionRow, inputs: readonly ReadableInput[]): void {
  const open = columnsByTable(inputs);
  const used = (submission.derivations ?? []).flatMap(({ sources }) => sources);
  const closed = used.filter(({ table, column }) => open.get(table)?.includes(column) !== true).map(({ column }) => column);
  if (closed.length > 0) throw refuse('coderuns.fields-not-granted', { fields: [...new Set(closed)] });
}

/**
 * Where code fails on raw data tells of them: a branch a line would spell a value by the line that failed. The kind of the error stays; places
 * are those of the binder, which sees no data.
 */
function ofProduction(fault: unknown): never {
  if (!(fault instanceof Refusal) || fault.code !== 'engine.sql-error') throw fault;
  const { kind } = fault.details;
  throw causeRefused({ code: 'engine.sql-error', ...(typeof kind === 'string' ? { kind } : {}) });
}

/** A trial's limits are its own: it says that they cut it, and which. */
function ofTrial(fault: unknown): never {
  const [, kind] = (fault instanceof Refusal && /^engine\.(time|memory|scratch|row)-limit$/.exec(fault.code)) || [];
  throw kind === undefined ? fault : refuse('coderuns.trial-limit', { kind });
}
