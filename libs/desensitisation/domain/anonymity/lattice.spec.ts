import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { searchLattice, tolerance, type Judged, type Lattice, type Node } from './lattice.js';

/** Answers a search from a function of the node; counts what it asked. */
function answered(lattice: Lattice, judge: (node: Node) => Judged) {
  const asked: Node[] = [];
  const search = searchLattice(lattice);
  let turn = search.next();
  while (turn.done !== true) {
    asked.push(...turn.value);
    turn = search.next(turn.value.map(judge));
  }
  return { found: turn.value, asked };
}

/** Rows with a code for every rung of every quasi-identifier, each rung merging values of the one below. */
const table = fc
  .record({
    heights: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
    rows: fc.array(fc.array(fc.nat(15), { minLength: 4, maxLength: 4 }), { minLength: 4, maxLength: 60 }),
    k: fc.integer({ min: 2, max: 4 }),
    share: fc.constantFrom(0, 0.05, 0.2),
  })
  .map(({ heights, rows, k, share }) => {
    const at = (value: number, rung: number, height: number): number => (rung === height ? 0 : value >> (rung * 2));
    const lost = heights.map((height, i) => {
      const values = new Set(rows.map((row) => row[i] ?? 0));
      return Array.from({ length: height + 1 }, (_, rung) => (row: readonly number[]): number => {
        const leaves = [...values].filter((v) => at(v, rung, height) === at(row[i] ?? 0, rung, height)).length;
        return (leaves - 1) / Math.max(1, values.size - 1);
      });
    });
    const losses = lost.map((rungs) => rungs.map((of) => rows.reduce((sum, row) => sum + of(row), 0) / rows.length));
    const worst = lost.map((rungs) => rungs.map((of) => Math.max(...rows.map(of))));
    const judge = (node: Node): Judged => {
      const classes = Map.groupBy(rows, (row) => node.map((rung, i) => at(row[i] ?? 0, rung, heights[i] ?? 0)).join());
      const out = [...classes.values()].filter((members) => members.length < k).flat();
      const reached = out.length <= share * rows.length;
      const loss = rows.reduce((sum, row) => sum + (out.includes(row) ? 1 : node.reduce((x, rung, i) => x + (lost[i]?.[rung]?.(row) ?? 0), 0) / node.length), 0) / rows.length;
      return { node, reached, hopeless: !reached, amiss: out.length / rows.length, loss };
    };
    return { lattice: { heights, losses, worst }, judge };
  }); // prettier-ignore
const everyNode = (heights: Node): Node[] =>
  heights.reduce<Node[]>((nodes, height) => nodes.flatMap((node) => Array.from({ length: height + 1 }, (_, r) => [...node, r])), [[]]);

describe('the search for the least loss', () => {
  it('finds what looking at every node finds', () => {
    fc.assert(
      fc.property(table, ({ lattice, judge }) => {
        const { found } = answered(lattice, judge);
        const best = everyNode(lattice.heights)
          .map(judge)
          .filter(({ reached }) => reached)
          .reduce((least, { loss }) => Math.min(least, loss), Infinity);
        expect(found).toMatchObject({ reached: true, least: true });
        expect(found?.loss).toBeLessThanOrEqual(best + tolerance);
      }),
      { numRuns: 200 },
    );
  });

  it('judges far fewer nodes than there are, and none twice', () => {
    const heights = [4, 3, 2, 2, 2, 2, 1, 1];
    const losses = heights.map((height) => Array.from({ length: height + 1 }, (_, rung) => rung / height));
    const merges = [5, 4, 3, 2, 2, 1, 1, 1];
    const judge = (node: Node): Judged => {
      const reached = node.reduce((sum, rung, i) => sum + rung * (merges[i] ?? 0), 0) >= 27;
      return {
        node,
        reached,
        hopeless: !reached,
        amiss: 0,
        loss: node.reduce((sum, rung, i) => sum + rung / (heights[i] ?? 1), 0) / node.length,
      };
    };
    const { asked, found } = answered({ heights, losses, worst: losses }, judge);
    expect(found).toMatchObject({ reached: true, least: true });
    expect(new Set(asked.map(String)).size).toBe(asked.length);
    expect(asked.length).toBeLessThan(6480 / 5);
  });

  it('ends on what cannot be listed too, on a node from which no single rung down does better', () => {
    const heights = Array.from({ length: 20 }, (_, i) => 1 + (i % 4));
    const losses = heights.map((height) => Array.from({ length: height + 1 }, (_, rung) => rung / height));
    const needed = heights.map((height, i) => (i % 3 === 0 ? height : 0));
    const judge = (node: Node): Judged => {
      const reached = node.every((rung, i) => rung >= (needed[i] ?? 0));
      return { node, reached, hopeless: !reached, amiss: 0, loss: node.reduce((sum, rung, i) => sum + rung / (heights[i] ?? 1), 0) / 20 };
    };
    const { found, asked } = answered({ heights, losses, worst: losses }, judge);
    expect(found).toMatchObject({ node: needed, least: false });
    expect(asked.length).toBeLessThan(1500);
  });

  it('says nothing where even one class of all rows is not enough', () => {
    const none = (node: Node): Judged => ({ node, reached: false, hopeless: true, amiss: 1, loss: 1 });
    for (const size of [3, 20]) {
      const heights = Array.from({ length: size }, () => 3);
      expect(answered({ heights, losses: heights.map(() => [0, 0.3, 0.6, 1]), worst: [] }, none).found).toBeUndefined();
    }
  });
});
