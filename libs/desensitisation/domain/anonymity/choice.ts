import type { CheckResult } from '../evidence/checks.js';
import type { Chosen } from '../compile.js';
import type { Measured } from './groups-sql.js';
import { rungName } from './rungs.js';

/** On which rungs a plan's quasi-identifiers come to stand, and what that costs. */
export interface Choice extends Chosen {
  readonly measured: Measured;
  /** Rows that were drawn. */
  readonly rows: number;
  /** No choice loses less. */
  readonly least: boolean;
  /** Of every rung of every quasi-identifier. */
  readonly losses: readonly (readonly number[])[];
  /** Choices that were looked at. */
  readonly judged: number;
}

const parts = (share: number): number => Math.round(share * 1e6) / 1e6;

/** The loss, as the proof shows it: of the table first, then of each column. It fails nothing; what it reached is measured on the output. */
export function lossOf({ climbing, node, measured, rows, least, judged, losses }: Choice): readonly CheckResult[] {
  const { ncp, loss, discernibility, suppressed, classes } = measured;
  const share = rows === 0 ? 0 : suppressed / rows;
  const table = { rows, suppressed, suppressedShare: parts(share), ncp: parts(ncp), loss: parts(loss), discernibility, classes };
  return [
    { check: 'generalised', verdict: 'pass', figures: { ...table, judged, least: least ? 1 : 0 } },
    ...climbing.map(({ column, rungs, decision }, i): CheckResult => {
      const level = node[i] ?? 0;
      const figures = { level, levels: rungs.length - 1, loss: parts(losses[i]?.[level] ?? 0) };
      return {
        check: 'generalised',
        verdict: 'pass',
        column,
        finding: rungName(rungs[level] ?? { rung: 'all' }, decision.technique.kind),
        figures,
      };
    }),
  ];
}
