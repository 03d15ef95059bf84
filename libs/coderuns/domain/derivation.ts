export interface SourceColumn {
  readonly table: string;
  readonly column: string;
}

/** What a value derives from. `raw`: row values, or something computed from them row by row. `grouped`: a key that rows were grouped by. */
export interface Derivation {
  readonly raw: boolean;
  readonly grouped: boolean;
  readonly sources: readonly SourceColumn[];
}
