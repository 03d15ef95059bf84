import { causeRefused, ENGINE, type Engine, type EngineInput, type EngineStep, type Scratch } from '#platform/engine';
import { Inject, Injectable } from '@nestjs/common';
import type { Plan, SchemaColumn } from '../contract.js';
import type { Choice } from '../domain/anonymity/choice.js';
import { groupColumns, judgeSql, latticeOf, lossesSql, measuredOf, type Measured } from '../domain/anonymity/groups-sql.js';
import { searchLattice } from '../domain/anonymity/lattice.js';
import { compileSearch, type CompiledStep } from '../domain/compile.js';
import { rowNumber } from '../domain/names.js';
import { refuse } from '../domain/refusals.js';

const groupsFile = 'groups.parquet';
const groups = 'groups';

/** What a search reads. */
export interface Searched {
  readonly raw: EngineInput;
  readonly plan: Plan;
  readonly schema: readonly SchemaColumn[];
  readonly seed: string;
  readonly keys: Readonly<Record<string, Uint8Array>>;
}

/**
 * Looks for the rungs on which a plan's quasi-identifiers lose least and every combination has what is asked. The engine counts, over the
 * drawn rows once and then over their groups; only counts and losses come back, never a value but the range of numbers.
 */
@Injectable()
export class Anonymising {
  constructor(@Inject(ENGINE) private readonly engine: Engine) {}

  /**
   * @returns undefined for a plan without quasi-identifiers
   * @throws Refusal `desensitisation.k-unreachable`, or the engine's
   */
  async choose(scratch: Scratch, { raw, plan, schema, seed, keys }: Searched, signal: AbortSignal): Promise<Choice | undefined> {
    const compiled = compileSearch(
      plan,
      schema,
      { source: raw.name, rowNumber, delivery: '', seed, order: '', file: groupsFile },
      groupsFile,
    );
    if (compiled === undefined) return undefined;
    const run = async (inputs: readonly EngineInput[], steps: readonly CompiledStep[]): Promise<(readonly unknown[])[]> => {
      const outcome = await this.engine.run({ scratch, inputs, steps: steps.map((step): EngineStep => step), keys }, { signal });
      if (!outcome.ok) throw causeRefused(outcome.cause);
      return outcome.steps.flatMap((step) => (step.kind === 'rows' ? [step.rows[0] ?? []] : []));
    };
    const [range = []] = compiled.ranges === undefined ? [] : await run([raw], compiled.ranges);
    const { climbing, steps } = compiled.grouping(range);
    await run([raw], steps);
    const { sensitive } = compiled.requirement;
    const input: EngineInput = {
      name: groups,
      file: groupsFile,
      format: 'parquet',
      columns: groupColumns(climbing, sensitive),
      access: 'table',
    };
    const one = (sql: string): CompiledStep => ({ kind: 'sql', sql, result: { rows: 1 } });
    const [figures = []] = await run([input], [one(lossesSql(climbing, groups))]);
    const { rows, lattice } = latticeOf(climbing, figures);
    const measured = new Map<string, Measured>();
    const search = searchLattice(lattice);
    let turn = search.next();
    while (turn.done !== true) {
      const nodes = turn.value;
      const answers = await run(
        [input],
        nodes.map((node) => one(judgeSql(node, compiled.requirement, groups))),
      );
      const judged = nodes.map((node, i) => measuredOf(node, rows, compiled.requirement, answers[i] ?? []));
      for (const each of judged) measured.set(each.node.join(), each);
      turn = search.next(judged);
    }
    const found = turn.value;
    const at = found === undefined ? undefined : measured.get(found.node.join());
    if (found === undefined || at === undefined) throw refuse('desensitisation.k-unreachable', { rows, k: compiled.requirement.k });
    const { node, least, judged } = found;
    return { climbing, node, measured: at, rows, least, judged, losses: lattice.losses };
  }
}
