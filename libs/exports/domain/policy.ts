import { digestOf, type Digest } from '#kernel';

/** What the requester says a table shows; it adds to what the gate finds by itself and never takes from it. */
export interface TableDeclaration {
  /** Columns that count people, households, firms … */
  readonly counts?: readonly string[];
  /** Columns of sums, with the columns that hold the largest and second largest contribution to each: evidence, never released. */
  readonly magnitudes?: readonly { readonly total: string; readonly largest: string; readonly second: string }[];
}

/** Columns that show what no table may: they are taken up as evidence and never released. */
export const evidenceColumns = ({ magnitudes = [] }: TableDeclaration): readonly string[] => [
  ...new Set(magnitudes.flatMap(({ largest, second }) => [largest, second])),
];

/**
 * The figures that the gate measures against. A change makes a new version and voids the reviews that stand on the old one (EXP-06).
 * Disclosure rules: ACRO's threshold, (n, k) dominance and p % as in Hundepool et al., Statistical Disclosure Control (2012), ch. 4.
 */
export interface ExportPolicy {
  readonly version: string;
  readonly maximumFiles: number;
  readonly maximumFileBytes: number;
  readonly maximumColumns: number;
  /** A count from 1 up to but without this many is a small cell. */
  readonly smallCell: number;
  /** (2, 90 %): the two largest contributions hold more than this share of a sum. */
  readonly dominanceShare: number;
  /** p %: what is left after the two largest is less than this share of the largest. */
  readonly pPercent: number;
  readonly degreesOfFreedom: number;
  /** More flagged items than people can weigh one by one are a veto: the table has to be coarsened. */
  readonly maximumItems: number;
  readonly rowMatch: RowMatchPolicy;
}

export interface RowMatchPolicy {
  /** A projection counts as a row when it stands in the source at least once and fewer times than this. */
  readonly rare: number;
  /** Share of an export's rows found beyond chance at which it is raw data (EXP-02). */
  readonly vetoShare: number;
  /** Number of rows found beyond chance at which it is raw data, however long the rest is. */
  readonly vetoRows: number;
  /** Share of a column's values that must stand in a source column for the two to be compared, unless `vetoRows` of them do. */
  readonly mapShare: number;
  readonly maximumProjections: number;
}

export const defaultExportPolicy: ExportPolicy = {
  version: '2026.1',
  maximumFiles: 20,
  maximumFileBytes: 512 * 1024 * 1024,
  maximumColumns: 500,
  smallCell: 10,
  dominanceShare: 0.9,
  pPercent: 0.1,
  degreesOfFreedom: 10,
  maximumItems: 200,
  rowMatch: { rare: 10, vetoShare: 0.01, vetoRows: 10, mapShare: 0.05, maximumProjections: 48 },
};

export const policyDigest = (policy: ExportPolicy): Digest => digestOf(policy);
