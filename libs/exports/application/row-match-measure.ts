import { type Id, type Json } from '#kernel';
import type { Engine, EngineInput, EngineStep, Scratch } from '#platform/engine';
import { findBijections } from '../domain/bijections.js';
import type { RowMatchPolicy } from '../domain/policy.js';
import {
  chooseProjections,
  drawsFromSource,
  expectedMatches,
  worthExplaining,
  type ProjectionMeasure,
  type SourceMeasure,
} from '../domain/row-match.js';
import { chanceSteps, matchSteps, profileSteps, readChance, readCount, readProfile } from '../domain/row-match-steps.js';
import { refuse } from '../domain/refusals.js';

/** The export as a headerless CSV and the source as Parquet, both in the scratch. */
export interface RowMatchInput {
  readonly exported: { readonly file: string; readonly columns: readonly string[]; readonly rows: number };
  readonly source: {
    readonly file: string;
    readonly columns: readonly string[];
    readonly datasetId: Id;
    readonly copyId: Id;
    readonly kind: 'raw' | 'reversible';
  };
}

type Rows = readonly (readonly Json[])[];
const text = (names: readonly string[]): EngineInput['columns'] => names.map((name) => ({ name, type: 'VARCHAR' }));
const digests = (side: 'e' | 's', width: number): EngineInput => ({
  name: side,
  file: `${side}.parquet`,
  format: 'parquet',
  access: 'table',
  columns: [
    { name: 'rn', type: 'BIGINT' },
    ...Array.from({ length: width }, (_, index) => ({ name: `${side}${String(index)}`, type: 'UBIGINT' })),
  ],
});

/**
 * Compares one table with one source in the sandboxed engine: what the columns are like, which projections match, what chance gives.
 * @throws Refusal `export.measuring-failed` (503): tried again, never taken for a pass
 */
export async function measureRowMatch(
  engine: Engine,
  scratch: Scratch,
  input: RowMatchInput,
  policy: RowMatchPolicy,
  signal?: AbortSignal,
): Promise<SourceMeasure> {
  const { exported, source } = input;
  const run = async (inputs: readonly EngineInput[], steps: readonly EngineStep[]): Promise<readonly Rows[]> => {
    if (steps.length === 0) return [];
    const outcome = await engine.run({ scratch, inputs, steps }, signal === undefined ? {} : { signal });
    if (!outcome.ok) throw refuse('export.measuring-failed', { cause: outcome.cause.code });
    return outcome.steps.flatMap((step) => (step.kind === 'rows' ? [step.rows] : []));
  };
  const csv = { header: false, delimiter: ',', quote: '"' };
  const names = exported.columns.map((_, index) => `c${String(index)}`);
  const [ofExport, ofSource, hits] = await run(
    [
      { name: 'exported', file: exported.file, format: 'csv', access: 'table', columns: text(names), csv },
      { name: 'source', file: source.file, format: 'parquet', access: 'view', columns: text(source.columns) },
    ],
    profileSteps(names, source.columns),
  );
  if (ofExport === undefined || ofSource === undefined || hits === undefined)
    throw refuse('export.measuring-failed', { cause: 'no-profile' });
  const profile = readProfile([ofExport, ofSource, hits], exported.columns, source.columns);
  const sides = [digests('e', exported.columns.length), digests('s', source.columns.length)];
  const projections = chooseProjections(profile, policy);
  const counts = await run(sides, matchSteps(projections, policy.rare));
  const matching = worthExplaining(projections.map((projection, index) => ({ projection, matched: readCount(counts[index] ?? []) })));
  const drawn = drawsFromSource(exported.rows);
  const chances = (
    await run(
      sides,
      chanceSteps(
        matching.map((one) => one.projection),
        policy.rare,
        drawn,
      ),
    )
  ).map(readChance);
  let next = 0;
  const measured = matching.map(({ projection, matched }): ProjectionMeasure => {
    const decoys = chances.slice(next, (next += projection.length));
    return {
      columns: projection.map((pair) => exported.columns[pair.exportColumn] ?? ''),
      sourceColumns: projection.map((pair) => source.columns[pair.sourceColumn] ?? ''),
      matched,
      expected: expectedMatches(exported.rows, matched, decoys),
    };
  });
  const { datasetId, copyId, kind } = source;
  return { datasetId, copyId, kind, rows: profile.source[0]?.rows ?? 0, projections: measured, bijections: findBijections(profile) };
}
