/**
 * What the code may compute, listed for one version of DuckDB: a function that is not here, or another version, is refused by name.
 * Checked against DuckDB when the list was written: each is a pure function of its arguments (no settings, clock, chance, files, order of
 * rows), has no argument that the plan hides (lambdas), and is callable under its bound name.
 */
export const listedFor = 'duckdb 1.5.6';

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Of one row each. All keep what they are given: what comes out may tell all that went in. */
export const scalars = words(`
  + - * / // % ** ^ ~~ !~~ ~~* !~~* ||
  abs sign floor ceil ceiling round round_even trunc sqrt cbrt exp ln log log2 log10 pow power mod fdiv fmod greatest least
  isnan isinf isfinite degrees radians sin cos tan asin acos atan atan2 pi
  lower upper lcase ucase trim ltrim rtrim substring substr left right length len strlen char_length character_length
  concat concat_ws replace translate lpad rpad repeat reverse contains starts_with prefix suffix ends_with position instr strpos
  split_part regexp_matches regexp_full_match regexp_replace regexp_extract unicode ord ascii nfc_normalize strip_accents
  levenshtein editdist3 damerau_levenshtein hamming mismatches jaccard jaro_similarity jaro_winkler_similarity
  date_part datepart date_trunc datetrunc date_diff datediff date_sub datesub date_add age epoch epoch_ms year month day quarter week
  weekofyear isoyear yearweek dayofweek isodow weekday dayofyear dayofmonth hour minute second decade century millennium era
  last_day monthname dayname make_date make_timestamp strftime strptime try_strptime time_bucket
  to_years to_quarters to_months to_weeks to_days to_hours to_minutes to_seconds
  array_extract list_extract list_sort list_reverse_sort list_value list_contains array_slice list_slice
`);

/**
 * Over the rows of a group, by what a result tells of single rows:
 * `counts` how many; `sums` a number to which each row contributes, in proportion to its value; `fits` one of two or more columns'
 * moments, which needs degrees of freedom; `ranks` a value that stands at a place of the order; `picks` values of single rows as they are.
 */
export type MeasureKind = 'counts' | 'sums' | 'fits' | 'ranks' | 'picks';
const kinds: Readonly<Record<MeasureKind, ReadonlySet<string>>> = {
  counts: words('count count_star count_if countif'),
  sums: words('sum sum_no_overflow fsum kahan_sum sumkahan avg mean favg'),
  fits: words(`stddev stddev_pop stddev_samp var_pop var_samp variance corr covar_pop covar_samp regr_avgx regr_avgy regr_count
    regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy skewness kurtosis kurtosis_pop entropy sem`),
  ranks: words('median quantile quantile_cont quantile_disc mad'),
  picks: words('min max mode list array_agg string_agg group_concat listagg histogram bool_and bool_or bit_and bit_or bit_xor product'),
};
export const kindOf = (measure: string): MeasureKind | undefined =>
  (Object.keys(kinds) as MeasureKind[]).find((kind) => kinds[kind].has(measure));

/** Measures that mean the same whatever stands for a missing group: what a scalar subquery is bound to, over groups alone. */
export const single = 'first';

/** Over the rows around one. The binder names those that are no aggregates by their type. */
export const windowFunctions: ReadonlyMap<string, string> = new Map([
  ['WINDOW_ROW_NUMBER', 'row_number'],
  ['WINDOW_RANK', 'rank'],
  ['WINDOW_RANK_DENSE', 'dense_rank'],
  ['WINDOW_PERCENT_RANK', 'percent_rank'],
  ['WINDOW_CUME_DIST', 'cume_dist'],
  ['WINDOW_NTILE', 'ntile'],
  ['WINDOW_FIRST_VALUE', 'first_value'],
  ['WINDOW_LAST_VALUE', 'last_value'],
  ['WINDOW_NTH_VALUE', 'nth_value'],
]);

/** Table functions that make rows out of literals. */
export const series = words('range generate_series');
