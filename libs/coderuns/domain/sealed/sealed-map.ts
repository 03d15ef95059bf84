import { sealedMapHeader, type SealedMapHeader } from './header.js';
import { plus } from './field.js';

/** Rows of one dataset as one way of telling subjects apart has them: only what is told alike can be compared. */
type Strand = SealedMapHeader['nodes'][number]['strands'][number];

/** Who stands behind a cell of a table, or behind several together, told by sums over a field (`#coderuns/contract`). */
export interface Sum {
  /** Dataset, column of subjects, and columns of rows. */
  readonly universe: string;
  /** Whether it is of single cells that stand in the table as they are; margins are what can be added up from them. */
  readonly shown: boolean;
  /** How many subjects; nothing where some of them may be counted twice. */
  readonly n: number | undefined;
  /** How many of each class, where `n` is known. */
  readonly classes: Int32Array;
  /** Tells in whose rows it differs from another. */
  readonly rows: Int32Array;
  /** Tells by whom it differs from another: where subjects are counted, and not rows. */
  readonly people: Int32Array;
  readonly counted: boolean;
  /** The fields whose values as they are it sums; none where it counts; null where it may be anything computed. */
  readonly of: readonly string[] | null;
  /** Cells with the same place are parts of one margin: none stands in two of them. */
  readonly place: string;
  /** The measures that it adds up cells of, whatever they are grouped by: several where they are of the very same rows. */
  readonly measures: readonly string[];
}

export interface SealedTable {
  /** What subjects and rows were made numbers with; tables of another key cannot be compared. */
  readonly key: string;
  readonly terms: number;
  /** By dataset, each way in which its rows are told. */
  readonly universes: ReadonlyMap<string, ReadonlySet<string>>;
  readonly sums: readonly Sum[];
  /** Cells that are not shown and that enough subjects stand behind: nothing may add up to exactly one of them. */
  readonly hidden: readonly Sum[];
}

/** Above this many cells, or sums, a table is not compared. */
const mostCells = 50_000;
const mostSums = 200_000;
/** Of so many keys every combination is added up; of more, each key alone and all together. */
const mostKeys = 4;

interface Cell extends Omit<Sum, 'shown'> {
  readonly level: number;
  readonly key: readonly string[];
  readonly isShown: boolean;
  readonly once: boolean;
}

/**
 * Reads a sealed map: a header as JSON, then a row of CSV for each cell, none of whose values needs a quote.
 * @returns nothing for a map that is not as it should be, or too large
 */
export async function readSealedMap(lines: AsyncIterable<string> | Iterable<string>): Promise<SealedTable | undefined> {
  let header: SealedMapHeader | undefined;
  let named = false;
  const cells: Cell[] = [];
  for await (const line of lines) {
    if (line === '') continue;
    if (header === undefined) {
      const read = sealedMapHeader.safeParse(jsonOf(line));
      if (!read.success) return undefined;
      header = read.data;
    } else if (named) {
      const cell = cellOf(line, header);
      if (cell === undefined || cells.length >= mostCells) return undefined;
      cells.push(cell);
    } else named = true;
  }
  if (header === undefined) return undefined;
  const sums = sumsOf(cells, header);
  if (sums === undefined) return undefined;
  const universes = new Map<string, Set<string>>();
  for (const strand of header.nodes.flatMap(({ strands }) => strands)) {
    const told = universes.get(strand.datasetId) ?? new Set();
    universes.set(strand.datasetId, told.add(universeOf(strand)));
  }
  const hidden = cells.filter(({ isShown }) => !isShown).map((cell) => ({ ...cell, shown: false }));
  return { key: header.key, terms: header.terms, universes, sums, hidden };
}

const universeOf = ({ datasetId, subject, basis }: Strand): string => `${datasetId} ${basis} ${subject}`;
const jsonOf = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

function cellOf(line: string, { nodes, terms }: SealedMapHeader): Cell | undefined {
  const [node = '', strandAt = '', level = '', cell = '', key = '', shown, counted, n, classes = '', rows = '', people = ''] = line
    .replaceAll('"', '')
    .split(',');
  const strand = nodes[Number(node)]?.strands[Number(strandAt)];
  const [rowSums, peopleSums] = [rows, people].map((text) => Int32Array.from(text.split(' '), Number));
  const count = Number(n);
  if (strand === undefined || rowSums?.length !== terms || peopleSums?.length !== terms || !Number.isSafeInteger(count)) return undefined;
  return {
    universe: universeOf(strand),
    level: Number(level),
    key: key === '' ? [] : key.split(':'),
    isShown: shown === '1',
    once: strand.once,
    n: count,
    classes: Int32Array.from(classes.split(' '), Number),
    rows: rowSums,
    people: peopleSums,
    counted: counted === '1',
    of: nodes[Number(node)]?.cells[Number(cell)] ?? null,
    place: [node, strandAt, level, cell].join(' '),
    measures: [[node, strandAt, cell].join(' ')],
  };
}

/** The cells that are shown, and what can be added up from them over some of their keys. */
function sumsOf(cells: readonly Cell[], { nodes }: SealedMapHeader): readonly Sum[] | undefined {
  const sums = new Map<string, Sum>();
  const shown = cells.filter(({ isShown }) => isShown);
  for (const [place, same] of Map.groupBy(shown, (cell) => cell.place)) {
    const keys = nodes[Number(place.split(' ')[0])]?.keys ?? 0;
    // The first key is the highest bit of the level, set where the cell does not have it.
    const had = Array.from({ length: keys }, (_, at) => at).filter((at) => (((same[0]?.level ?? 0) >> (keys - 1 - at)) & 1) === 0);
    for (const cell of same) put(sums, { ...cell, shown: true });
    for (const kept of margins(had)) {
      for (const [, parts] of Map.groupBy(same, ({ key }) => kept.map((at) => key[at]).join(':'))) {
        if (sums.size >= mostSums) return undefined;
        if (parts.length > 1) put(sums, { ...together(parts), place: `${place} by ${kept.join(' ')}` });
      }
    }
  }
  return [...sums.values()];
}

/** Each choice of fewer keys. */
function margins(keys: readonly number[]): readonly (readonly number[])[] {
  if (keys.length > mostKeys) return [[], ...keys.map((key) => [key])];
  return Array.from({ length: 2 ** keys.length - 1 }, (_, bits) => keys.filter((_, at) => ((bits >> at) & 1) === 1));
}

function together(parts: readonly Cell[]): Sum {
  const [first] = parts as [Cell];
  const [rows, people, classes] = [first.rows, first.people, first.classes].map((of) => Int32Array.from(of)) as [
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  for (const part of parts.slice(1)) {
    for (let at = 0; at < rows.length; at += 1) {
      rows[at] = plus(rows[at] ?? 0, part.rows[at] ?? 0);
      people[at] = plus(people[at] ?? 0, part.people[at] ?? 0);
    }
    for (let at = 0; at < classes.length; at += 1) classes[at] = (classes[at] ?? 0) + (part.classes[at] ?? 0);
  }
  return {
    universe: first.universe,
    shown: false,
    n: parts.every(({ once }) => once) ? parts.reduce((sum, { n }) => sum + (n ?? 0), 0) : undefined,
    classes,
    rows,
    people,
    counted: parts.some(({ counted }) => counted),
    of: first.of,
    place: '',
    measures: first.measures,
  };
}

/** Equal sums are one; what is shown as it is stands for what is added up to it. */
function put(sums: Map<string, Sum>, sum: Sum): void {
  const key = [sum.universe, sum.counted, sum.of?.join(' ') ?? '*', sum.rows.join(' '), sum.people.join(' ')].join('|');
  const known = sums.get(key);
  const measures = [...new Set([...(known?.measures ?? []), ...sum.measures])];
  sums.set(key, { ...(known === undefined || (known.n === undefined && sum.n !== undefined) ? sum : known), measures });
}

/** Lines of what is read in pieces. */
export async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of pieces) {
    const lines = `${rest}${decoder.decode(piece, { stream: true })}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
