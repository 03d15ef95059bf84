import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkNames, strictest, type Answer, type CheckName } from './check.js';
import type { FileFacts } from './file-facts.js';
import { findings } from './findings.js';
import { gate, itemsToAnswer, runGate } from './gate.js';
import type { GateFacts } from './gate-facts.js';
import type { ColumnLineage, Reversibility } from './lineage.js';
import { defaultExportPolicy } from './policy.js';
import type { RowMatchMeasure, SourceMeasure } from './row-match.js';
import { residentId, scanned } from './specimens.js';

const good = 'area,age_band,count\na,30-39,120\na,40-49,88\nb,30-39,45\n';
const column = (name: string, reversibility: Reversibility = 'irreversible', grouped = true): ColumnLineage => ({
  column: name,
  reversibility,
  sources: [{ datasetId: 'residents', column: 'x' }],
  grouped,
});
const goodLineage = ['area', 'age_band', 'count'].map((name) => column(name));
const measure = (matched: number, expected = 0, bijections: SourceMeasure['bijections'] = []): RowMatchMeasure => ({
  rows: 100,
  sources: [
    {
      datasetId: 'residents',
      copyId: 'copy',
      kind: 'raw',
      rows: 5000,
      bijections,
      projections: [{ columns: ['area'], sourceColumns: ['district'], matched, expected }],
    },
  ],
});

async function facts(content: string | Buffer = good, change: Partial<FileFacts> = {}, more: Partial<GateFacts> = {}): Promise<GateFacts> {
  const file = { ...(await scanned(content)).facts, lineage: goodLineage, rowMatch: measure(0), ...change } as FileFacts;
  return {
    policy: defaultExportPolicy,
    files: [file],
    detectors: ['resident-id'],
    sources: ['copy'],
    own: { small: 0, recomputed: 0, complete: true },
    earlier: [],
    spent: { bytes: 0, rows: 0 },
    budget: { bytes: 10_000, rows: 1000 },
    ...more,
  };
}
const answerOf = (outcome: ReturnType<typeof runGate>, check: CheckName): Answer | undefined =>
  outcome.checks.find((one) => one.check === check)?.answer;
const found = (outcome: ReturnType<typeof runGate>): string[] => outcome.checks.flatMap((one) => one.items.map((item) => item.finding));

describe('the gate', () => {
  it('is read aloud in the order in which it checks', async () => {
    expect(runGate(await facts()).checks.map((check) => check.check)).toEqual([...checkNames]);
    expect(gate).toHaveLength(checkNames.length);
  });

  it('lets a table of counts through whose origin is known and whose cells are large enough [EXP-01]', async () => {
    const outcome = runGate(await facts());
    expect(outcome.checks.map((check) => check.answer)).toEqual(checkNames.map(() => 'pass'));
    expect(outcome.answer).toBe('pass');
  });

  it('vetoes rows of the raw data, and what was not compared with all of it [EXP-02]', async () => {
    expect(answerOf(runGate(await facts(good, { rowMatch: measure(40) })), 'row-match')).toBe('veto');
    expect(answerOf(runGate(await facts(good, {}, { sources: ['copy', 'another copy'] })), 'row-match')).toBe('veto');
    const { rowMatch: _, ...unmeasured } = (await facts()).files[0] as FileFacts;
    expect(answerOf(runGate({ ...(await facts()), files: [unmeasured] }), 'row-match')).toBe('veto');
    expect(answerOf(runGate(await facts(good, { rowMatch: measure(40, 39) })), 'row-match')).toBe('pass');
  });

  it.each<[string, Partial<FileFacts>, Answer, string]>([
    ['a reversible column', { lineage: [...goodLineage.slice(1), column('area', 'reversible')] }, 'veto', 'reversible-column'],
    ['a source field passed through', { lineage: [...goodLineage.slice(1), column('area', 'raw', false)] }, 'veto', 'untransformed-column'],
    ['a column of unknown origin', { lineage: goodLineage.slice(1) }, 'veto', 'lineage-unknown'],
    ['a keyed pseudonym', { lineage: [...goodLineage.slice(1), column('area', 'keyed')] }, 'needs-a-human', 'keyed-column'],
    [
      'a column one-to-one with a raw one',
      { rowMatch: measure(0, 0, [{ column: 'area', sourceColumn: 'name' }]) },
      'veto',
      'one-to-one-column',
    ],
  ])('answers %s by reversibility [EXP-03]', async (_, change, answer, finding) => {
    const outcome = runGate(await facts(good, change));
    expect(answerOf(outcome, 'reversibility')).toBe(answer);
    expect(found(outcome)).toContain(finding);
  });

  it('lets a grouping key of an aggregate through although its values are those of the source', async () => {
    const outcome = runGate(await facts(good, { lineage: [...goodLineage.slice(1), column('area', 'raw', true)] }));
    expect(answerOf(outcome, 'reversibility')).toBe('pass');
  });

  it('vetoes a number that its check character proves to be a resident’s, naming column and line and not the number [EXP-02]', async () => {
    const outcome = runGate(await facts(`${good}${residentId},x,100\n`));
    expect(answerOf(outcome, 'residual-identifiers')).toBe('veto');
    expect(outcome.checks[1]?.items[0]).toMatchObject({ column: 'area', line: 5, figures: { type: 'resident-id', cells: 1 } });
    expect(JSON.stringify(outcome)).not.toContain(residentId);
  });

  it('asks people about groups that are called by identifiers, as far as they are in the file [MOD-04]', async () => {
    const named = { ...column('area'), named: true as const };
    const outcome = runGate(await facts(good, { lineage: [...goodLineage.slice(1), named, { ...named, column: 'left out' }] }));
    expect(found(outcome)).toEqual(['groups-named']);
    expect(itemsToAnswer(outcome.checks)).toEqual(['residual-identifiers:groups-named:result.csv:area']);
  });

  it('flags each small cell for people, and vetoes more of them than people can weigh', async () => {
    const few = runGate(await facts('area,age_band,count\na,x,3\nb,x,120\nc,x,9\n'));
    expect(answerOf(few, 'small-cells')).toBe('needs-a-human');
    expect(itemsToAnswer(few.checks)).toEqual(['small-cells:small-cell:result.csv:count:2', 'small-cells:small-cell:result.csv:count:4']);
    const many = `area,age_band,count\n${Array.from({ length: 300 }, (_, index) => `a${String(index)},x,3`).join('\n')}\n`;
    const outcome = runGate(await facts(many));
    expect(answerOf(outcome, 'small-cells')).toBe('veto');
    expect(found(outcome)).toContain('too-many-items');
  });

  it('flags a difference of few people to a table that has already left, also when one of the two is finer', async () => {
    const earlier = (await scanned('area,count\na,203\nb,45\n')).facts.reading;
    if (earlier.as !== 'table' || !earlier.table.frequency.table) throw new Error('no table');
    const outcome = runGate(await facts(good, {}, { earlier: [{ fileId: 'old', table: earlier.table.frequency.table }] }));
    expect(outcome.checks.find((one) => one.check === 'differencing')?.items).toMatchObject([
      { finding: 'small-difference', column: 'count', figures: { release: 'old', by: ['area'], cells: 1 } },
    ]);
    expect(answerOf(runGate(await facts(good, {}, { earlier: [{ fileId: 'old' }] })), 'differencing')).toBe('needs-a-human');
  });

  it('vetoes what tells of a few by the sealed maps, whatever columns are called; what has no map, or was not compared, is for people', async () => {
    const nothing = { small: 0, recomputed: 0, complete: true };
    const table = (await scanned('area,count\na,203\nb,45\n')).facts.reading;
    if (table.as !== 'table' || !table.table.frequency.table) throw new Error('no table');
    const said = async (more: Partial<GateFacts>) => {
      const outcome = runGate(await facts(good, {}, more));
      return [answerOf(outcome, 'differencing'), ...found(outcome)];
    };
    // By name they differ by a few; by whose rows they have they do not.
    const named = { fileId: 'old', table: table.table.frequency.table };
    expect(await said({ own: nothing, earlier: [{ ...named, differences: nothing }] })).toEqual(['pass']);
    for (const change of [{ small: 1 }, { recomputed: 1 }, { complete: false }]) {
      const differences = { ...nothing, ...change };
      const finding = 'small' in change ? 'few-subjects-apart' : 'recomputed' in change ? 'recomputable-cells' : 'differences-not-measured';
      const answer = 'complete' in change ? 'needs-a-human' : 'veto';
      expect(await said({ own: nothing, earlier: [{ fileId: 'old', differences }] })).toEqual([answer, finding]);
      expect(await said({ own: differences })).toEqual([answer, finding]);
    }
    const { own: _, ...unmapped } = await facts();
    expect(found(runGate(unmapped))).toEqual(['differences-not-measured']);
    const far = (await scanned('area,count\nz,203\n')).facts.reading;
    if (far.as !== 'table' || !far.table.frequency.table) throw new Error('no table');
    expect(await said({ own: nothing, earlier: [{ fileId: 'old', table: far.table.frequency.table }] })).toEqual([
      'needs-a-human',
      'earlier-not-comparable',
    ]);
  });

  it('adds up what left before and vetoes what goes over the budget; no budget is for people', async () => {
    expect(answerOf(runGate(await facts(good, {}, { spent: { bytes: 9_990, rows: 0 } })), 'volume')).toBe('veto');
    expect(answerOf(runGate(await facts(good, {}, { spent: { bytes: 0, rows: 998 } })), 'volume')).toBe('veto');
    const { budget: _, ...unlimited } = await facts();
    expect(answerOf(runGate(unlimited), 'volume')).toBe('needs-a-human');
  });

  it('never passes what it could not read: images, texts, broken tables', async () => {
    for (const content of ['A report.\nIt has two lines of words.\nThree, in fact.\n', 'a,b\n1,2\n3\n', Buffer.from([1, 2, 3, 0])]) {
      const { lineage: _, rowMatch: __, ...file } = (await facts(content)).files[0] as FileFacts;
      expect(runGate({ ...(await facts()), files: [{ ...file, name: 'report.txt' }] }).answer).not.toBe('pass');
    }
  });

  it('is vetoed by one veto wherever it stands, and passes only when all pass', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<Answer>('pass', 'needs-a-human', 'veto'), { maxLength: 8 }), (answers) => {
        const worst = strictest(answers);
        expect(worst === 'veto').toBe(answers.includes('veto'));
        expect(worst === 'pass').toBe(answers.every((answer) => answer === 'pass'));
      }),
    );
  });

  it('says every finding in both languages', () => {
    for (const [code, text] of Object.entries(findings)) {
      expect([code, /\p{Script=Han}/u.test(text.zh), /[A-Za-z]/.test(text.en)]).toEqual([code, true, true]);
    }
  });
});
