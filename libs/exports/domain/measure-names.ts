import { normalText } from '#kernel';

// How tables name their measures. A name only decides which rule looks at a column; a column that no rule knows is left to people.

const words = (name: string): readonly string[] =>
  name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');

const named =
  (english: readonly string[], chinese: RegExp) =>
  (name: string): boolean =>
    words(name).some((word) => english.includes(word)) || chinese.test(name);

export const isCountName = named(
  ['n', 'count', 'counts', 'cnt', 'freq', 'frequency', 'cases', 'persons', 'people', 'residents', 'households', 'records', 'headcount'],
  /(?:人|户|件|次|例|家|个|频)(?:数|次)|数量|计数|频数|样本量/,
);
export const isMagnitudeName = named(['sum', 'total', 'amount', 'turnover', 'revenue'], /金额|总额|合计|总和|总量/);
export const isDegreesName = named(['df', 'dof'], /自由度/);
const isStatistic = named(
  ['mean', 'avg', 'average', 'median', 'rate', 'ratio', 'share', 'percent', 'pct', 'sd', 'std', 'min', 'max', 'largest', 'second'],
  /平均|均值|中位|比例|占比|比率|标准差|最大|最小/,
);
/** Measured rather than counted by: not a dimension of a table. */
export const isMeasureName = (name: string): boolean => isMagnitudeName(name) || isStatistic(name) || isDegreesName(name);

/** A plain number, with or without thousands separators; undefined for anything else. */
export function toNumber(cell: string): number | undefined {
  const text = normalText(cell).replace(/(?<=\d),(?=\d{3}(?:\D|$))/g, '');
  return /^[+-]?\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}

export const toCount = (cell: string): number | undefined => {
  const number = toNumber(cell);
  return number !== undefined && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
};

/** How suppressed cells are written: nothing, `*`, `-`, `x`, `<10`. */
export const isSuppressed = (cell: string): boolean => /^(?:|\*+|-+|—+|x|c|[<＜]\s*\d+|\.{2,3}|…)$/i.test(cell.trim());
