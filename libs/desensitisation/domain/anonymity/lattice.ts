/** A rung for each quasi-identifier. */
export type Node = readonly number[];

export interface Lattice {
  /** The highest rung of each quasi-identifier. */
  readonly heights: Node;
  /** The loss of each rung of each quasi-identifier over all rows, 0 to 1. Its mean over a node is the least that the node can lose. */
  readonly losses: readonly (readonly number[])[];
  /** The greatest loss that a row has there. */
  readonly worst: readonly (readonly number[])[];
}

export interface Judged {
  readonly node: Node;
  /** What is asked is reached by leaving out no more rows than may be. */
  readonly reached: boolean;
  /** Share of rows that miss what merging classes can only mend: on every rung below it is as great or greater. */
  readonly amiss: number;
  /** That is more than may be left out. */
  readonly hopeless: boolean;
  /** Generalisation of what is kept and 1 for each row left out, as a mean over rows and quasi-identifiers. */
  readonly loss: number;
}

export interface Found extends Judged {
  /** No node of the lattice loses less, but for `tolerance`; otherwise none was found that does. */
  readonly least: boolean;
  readonly judged: number;
}

type Search = Generator<readonly Node[], Found | undefined, readonly Judged[]>;

/** More nodes than this are not listed. */
const mostNodes = 50_000;
/** A gain for which nobody would look at hundreds of nodes more. */
export const tolerance = 0.002;
/** Judged at once: as many statements of one process. */
const batch = 48;
const mostJudged = 1500;

/**
 * Looks for the node that loses least: asks for nodes to be judged, a batch at a time. Where the lattice can be listed, each is judged or
 * ruled out (below a hopeless one, or losing as much at the least as the best so far: what its rungs lose, and the rows that are left out
 * above it already), midway along paths to the top first, so that one
 * answer rules many out (as Flash does, Kohlmayer et al. 2012). Where it cannot, the cheapest path upwards is searched, then whatever is
 * lower is tried from there, one rung at a time.
 */
export function searchLattice(lattice: Lattice): Search {
  const nodes = lattice.heights.reduce((product, height) => product * (height + 1), 1);
  return nodes <= mostNodes ? listed(lattice, nodes) : descended(lattice);
}

const meanOf = (figures: Lattice['losses'], node: Node): number =>
  node.reduce((sum, rung, i) => sum + (figures[i]?.[rung] ?? 0), 0) / Math.max(1, node.length);
const leastLoss = ({ losses }: Lattice, node: Node): number => meanOf(losses, node);
const better = (best: Judged | undefined, judged: readonly Judged[]): Judged | undefined =>
  judged.reduce<Judged | undefined>((least, one) => (one.reached && (least === undefined || one.loss < least.loss) ? one : least), best);
const below = (one: Node, other: Node): boolean => one.every((rung, i) => rung <= (other[i] ?? 0));

function* listed(lattice: Lattice, count: number): Search {
  const nodes = Array.from({ length: count }, (_, index) => nodeAt(lattice.heights, index));
  const least = nodes.map((node) => leastLoss(lattice, node));
  const order = nodes.map((_, index) => index).sort((a, b) => (least[a] ?? 0) - (least[b] ?? 0));
  const settled = new Uint8Array(count);
  // A row that is left out loses all, in place of what it would have lost, which is `worst` at the most.
  const gap = nodes.map((node) => 1 - Math.min(1, meanOf(lattice.worst, node)));
  const amiss = new Float64Array(count);
  const bound = (index: number): number => (least[index] ?? 0) + (amiss[index] ?? 0) * (gap[index] ?? 0);
  let best: Judged | undefined;
  let judgedSoFar = 0;
  while (judgedSoFar < mostJudged) {
    const open = order.filter((index) => settled[index] === 0 && bound(index) < (best === undefined ? Infinity : best.loss - tolerance));
    if (open.length === 0) return best && { ...best, least: true, judged: judgedSoFar };
    const picked = judgedSoFar === 0 ? [count - 1] : midways(lattice, nodes, least, settled, open);
    const judged = yield picked.map((index) => nodes[index] ?? []);
    judgedSoFar += judged.length;
    best = better(best, judged);
    picked.forEach((index) => (settled[index] = 1));
    for (const { node, hopeless, amiss: share } of judged)
      nodes.forEach((one, index) => {
        if (settled[index] !== 0 || !below(one, node)) return;
        if (hopeless) settled[index] = 1;
        amiss[index] = Math.max(amiss[index] ?? 0, share);
      });
    if (judgedSoFar === 1 && best === undefined) return undefined; // one class of everything is not enough
  }
  return best && { ...best, least: false, judged: judgedSoFar };
}

const nodeAt = (heights: Node, index: number): Node => {
  let rest = index;
  return heights.map((height) => {
    const rung = rest % (height + 1);
    rest = (rest - rung) / (height + 1);
    return rung;
  });
};

/** From each open node, cheapest first, the middle of the cheapest path upwards; no two paths share a node. */
function midways(
  { heights }: Lattice,
  nodes: readonly Node[],
  least: readonly number[],
  settled: Uint8Array,
  open: readonly number[],
): readonly number[] {
  const steps = heights.map((_, i) => heights.slice(0, i).reduce((product, height) => product * (height + 1), 1));
  const onPath = new Set<number>();
  const cheapestUp = (from: number): number | undefined =>
    heights
      .flatMap((height, i) => ((nodes[from]?.[i] ?? 0) < height ? [from + (steps[i] ?? 0)] : []))
      .filter((up) => settled[up] === 0 && !onPath.has(up))
      .reduce<number | undefined>((a, b) => (a === undefined || (least[b] ?? 0) < (least[a] ?? 0) ? b : a), undefined);
  const picked: number[] = [];
  for (const start of open) {
    if (picked.length === batch) break;
    if (onPath.has(start)) continue;
    const path: number[] = [];
    for (let at: number | undefined = start; at !== undefined; at = cheapestUp(at)) {
      path.push(at);
      onPath.add(at);
    }
    picked.push(path[Math.floor(path.length / 2)] ?? start);
  }
  return picked;
}

function* descended(lattice: Lattice): Search {
  const { heights } = lattice;
  const path: Node[] = [heights.map(() => 0)];
  for (let at = path[0] ?? []; at.some((rung, i) => rung < (heights[i] ?? 0)); path.push(at)) {
    const node = at;
    const ups = node.flatMap((rung, i) => (rung < (heights[i] ?? 0) ? [node.with(i, rung + 1)] : []));
    at = ups.reduce((a, b) => (leastLoss(lattice, b) < leastLoss(lattice, a) ? b : a));
  }
  const judged = yield spread(path);
  let best = better(undefined, judged);
  let count = judged.length;
  if (judged.at(-1)?.reached !== true) return undefined;
  const seen = new Set(judged.map(({ node }) => node.join()));
  for (let improved = true; improved && count < mostJudged;) {
    const from: Node = best?.node ?? heights;
    const downs = from.flatMap((rung, i) => (rung > 0 ? [from.with(i, rung - 1), from.with(i, 0)] : []));
    const news = [...new Map(downs.map((node) => [node.join(), node])).values()].filter((node) => !seen.has(node.join()));
    if (news.length === 0) break;
    const answers = yield news;
    news.forEach((node) => seen.add(node.join()));
    count += answers.length;
    const next = better(best, answers);
    improved = next !== best;
    best = next;
  }
  return best && { ...best, least: false, judged: count };
}

/** At most a batch of a path's nodes, its end among them. */
const spread = (path: readonly Node[]): readonly Node[] => {
  const every = Math.max(1, Math.ceil(path.length / (batch - 1)));
  return path.filter((_, i) => (path.length - 1 - i) % every === 0);
};
