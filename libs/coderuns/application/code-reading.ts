import type { Taker } from '#kernel';
import { causeRefused, ENGINE, SCRATCH, type Engine, type ScratchArea } from '#platform/engine';
import { Inject, Injectable } from '@nestjs/common';
import { CODERUNS_CONFIG, type CodeRunsConfig } from '../config.js';
import { readingLimits, tooComplex, type CodeInput } from '../domain/code.js';
import type { Derivation } from '../domain/lineage.js';
import { analyseApart } from './analysis.js';
import { Lanes } from './lanes.js';

const readingScratch = 16 * 1024 * 1024;
/** Causes by which the code itself is at fault: it took more than reading may take. */
const tooMuch: readonly string[] = ['engine.time-limit', 'engine.memory-limit', 'engine.scratch-limit'];

/**
 * Has DuckDB parse submitted SQL, in the sandbox and without any data, and reads from the tree what it touches, in a process of its own:
 * neither can hold up the process that answers requests.
 */
@Injectable()
export class CodeReading {
  private readonly lanes: Lanes;

  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    @Inject(SCRATCH) private readonly area: ScratchArea,
    @Inject(CODERUNS_CONFIG) private readonly config: CodeRunsConfig,
  ) {
    this.lanes = new Lanes(config.analysis);
  }

  /**
   * @param columns the inputs' columns by table name
   * @returns what the result's columns derive from; undefined where even their number cannot be told
   * @throws Refusal `coderuns.code-unreadable`, `coderuns.one-select`, `coderuns.unknown-table`, `coderuns.function-not-allowed`,
   * `coderuns.code-too-complex`, `coderuns.analysis-busy`, `coderuns.analysis-share-full`
   */
  read(
    taker: Taker,
    sql: string,
    inputs: readonly Pick<CodeInput, 'as'>[],
    columns: ReadonlyMap<string, readonly string[]>,
  ): Promise<readonly Derivation[] | undefined> {
    return this.lanes.through(taker, async () => {
      const answer = await this.parse(sql);
      return analyseApart({ answer, sql, inputs: inputs.map(({ as }) => ({ as })), columns }, this.config.analysis.wallClockMs);
    });
  }

  /** The tree as DuckDB serialises it; a tree past the limit stays in the sandbox. */
  private async parse(sql: string): Promise<string> {
    await using scratch = this.area.allocate(readingScratch);
    const { memoryMb, wallClockMs } = this.config.analysis;
    const tree = `json_serialize_sql('${sql.replaceAll("'", "''")}')::VARCHAR`;
    const most = String(readingLimits.treeBytes);
    const outcome = await this.engine.run({
      scratch,
      inputs: [],
      steps: [{ kind: 'sql', sql: `SELECT CASE WHEN length(t) <= ${most} THEN t END FROM (SELECT ${tree} AS t)`, result: { rows: 1 } }],
      limits: { memoryMb, wallClockMs },
    });
    if (!outcome.ok) throw tooMuch.includes(outcome.cause.code) ? tooComplex() : causeRefused(outcome.cause);
    const [step] = outcome.steps;
    const answer = step?.kind === 'rows' ? step.rows[0]?.[0] : undefined;
    if (typeof answer !== 'string') throw tooComplex();
    return answer;
  }
}
