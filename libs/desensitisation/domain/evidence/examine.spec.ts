import { describe, expect, it } from '@jest/globals';
import type { OutputColumn, Plan, SchemaColumn } from '../../contract.js';
import { examinationOf, judge } from './examine.js';
import { residualMeasurements } from './residual.js';

const schema: readonly SchemaColumn[] = [{ name: 'mobile', type: 'text' }];
const plan: Plan = {
  columns: [{ column: 'mobile', sensitiveType: 'mobile', grade: 'L3', technique: { kind: 'mask', shape: 'mobile' } }],
  sampling: { rate: 0.1 },
};
const columns: readonly OutputColumn[] = [
  { name: 'mobile', type: 'text', reversibility: 'irreversible', from: ['mobile'], technique: 'mask' },
];

describe('judging an output', () => {
  it('is never a pass when a check did not finish or was not answered [DES-04]', () => {
    const examination = examinationOf(plan, schema, columns, 'seed');
    expect(judge(examination, [])).toMatchObject({ passed: false });
    const [sample, residual] = examination.measurements;
    expect(sample?.judge([['100', '10']], false)).toMatchObject([{ verdict: 'pass' }]);
    expect(sample?.judge([['100', '100']], false)).toMatchObject([{ verdict: 'fail' }]);
    expect(residual?.judge([], true)).toMatchObject([{ verdict: 'unfinished' }]);
    expect(judge({ preparation: [], measurements: [] }, []).passed).toBe(false);
  });

  it('finds an identifier inside a longer value, says its type and how many, and never which [DES-04]', () => {
    const [any] = residualMeasurements(columns);
    const checks = any?.judge([['联系13812345678'], ['13912345678'], ['138****5678'], ['不是号码']], false);
    expect(checks).toEqual([
      { check: 'residual-identifiers', column: 'mobile', verdict: 'fail', finding: 'mobile', figures: { candidates: 4, values: 2 } },
    ]);
  });

  it('looks at keyed columns too, though not for names', () => {
    const keyed: OutputColumn = { ...(columns[0] as OutputColumn), reversibility: 'keyed' };
    expect(residualMeasurements([keyed])).toHaveLength(1);
    expect(residualMeasurements([{ ...keyed, type: 'date' }])).toHaveLength(0);
    expect(residualMeasurements([{ ...keyed, technique: 'encipher' }])).toHaveLength(0);
  });
});
