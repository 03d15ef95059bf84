import { refuse } from '#kernel';
import { ENGINE, SCRATCH, type Engine, type ScratchArea } from '#platform/engine';
import { Inject, Injectable } from '@nestjs/common';
import { assertReadsInputsOnly, derivationsOf, readTree, type CodeInput } from '../domain/code.js';
import type { Derivation } from '../domain/lineage.js';

const readingScratch = 16 * 1024 * 1024;

/** Has DuckDB parse submitted SQL, in the sandbox and without any data, and reads from the tree what it touches. */
@Injectable()
export class CodeReading {
  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    @Inject(SCRATCH) private readonly area: ScratchArea,
  ) {}

  /**
   * @param columns the inputs' columns by table name
   * @returns what the result's columns derive from; undefined where even their number cannot be told
   * @throws Refusal `coderuns.code-unreadable`, `coderuns.one-select`, `coderuns.unknown-table`, `coderuns.function-not-allowed`
   */
  async read(
    sql: string,
    inputs: readonly Pick<CodeInput, 'as'>[],
    columns: ReadonlyMap<string, readonly string[]>,
  ): Promise<readonly Derivation[] | undefined> {
    await using scratch = this.area.allocate(readingScratch);
    const outcome = await this.engine.run({
      scratch,
      inputs: [],
      steps: [{ kind: 'sql', sql: `SELECT json_serialize_sql('${sql.replaceAll("'", "''")}')`, result: { rows: 1 } }],
      limits: { memoryMb: 256, wallClockMs: 20_000 },
    });
    const step = outcome.ok ? outcome.steps[0] : undefined;
    const tree = step?.kind === 'rows' ? step.rows[0]?.[0] : undefined;
    if (typeof tree !== 'string') throw refuse(outcome.ok ? 'engine.process-lost' : outcome.cause.code);
    const select = readTree(tree, sql);
    assertReadsInputsOnly(select, inputs);
    return derivationsOf(select, columns);
  }
}
