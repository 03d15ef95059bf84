import type { CheckName } from './check.js';
import type { FindingCode } from './findings.js';

/** `suppress`: cells or columns are left out. `round`: to multiples of the threshold. `coarsen`: days become years, numbers two digits. */
export const repairKinds = ['suppress', 'round', 'coarsen'] as const;
export type RepairKind = (typeof repairKinds)[number];

/** What would satisfy the rule behind a finding, and what the platform itself can do about it where it is a veto. */
export interface Remedy {
  readonly zh: string;
  readonly en: string;
  readonly repair: RepairKind | 'none';
}

export const remedies = {
  'number-of-files': { zh: '请按允许的件数提交。', en: 'Submit as many files as one request may hold.', repair: 'none' },
  'too-large': { zh: '请汇总或分次提交。', en: 'Aggregate further, or submit it in parts.', repair: 'none' },
  'executable-format': { zh: '请改用 ONNX 或 safetensors。', en: 'Give models as ONNX or safetensors.', repair: 'none' },
  'active-content': { zh: '请去除后重新提交。', en: 'Remove them and submit again.', repair: 'none' },
  encrypted: { zh: '请提交未加密的文件。', en: 'Submit it without encryption or password.', repair: 'none' },
  archive: { zh: '请逐个提交，表格另存为 CSV。', en: 'Submit the members one by one, tables as CSV.', repair: 'none' },
  'unread-table': { zh: '请转为 CSV 后提交。', en: 'Convert it to CSV.', repair: 'none' },
  'unknown-format': {
    zh: '请提交表格、文本、图像、PDF 或 safetensors。',
    en: 'Submit a table, a text, an image, a PDF or safetensors.',
    repair: 'none',
  },
  'empty-file': { zh: '请提交有内容的文件。', en: 'Submit a file that holds something.', repair: 'none' },
  'not-read-by-the-gate': { zh: '由审核人判断。', en: 'Reviewers judge it.', repair: 'none' },
  'changed-content': { zh: '请新建申请重新提交。', en: 'Open a new request.', repair: 'none' },
  'hidden-content': { zh: '请提交自始至终同一类型的文件。', en: 'Submit a file that is one kind to its end.', repair: 'none' },
  'unreadable-table': { zh: '请按 RFC 4180 修正表格。', en: 'Correct the table (RFC 4180).', repair: 'none' },
  'opaque-content': { zh: '请去除长串内容，或由审核人判断。', en: 'Leave such runs out, or let reviewers judge them.', repair: 'none' },
  'formula-cells': { zh: '请去除公式，或由审核人判断。', en: 'Leave formulas out, or let reviewers judge them.', repair: 'none' },
  'groups-named': { zh: '由审核人判断。', en: 'Reviewers judge it.', repair: 'none' },
  identifier: { zh: '不输出含标识的列。', en: 'Leave out the columns that hold identifiers.', repair: 'suppress' },
  'content-not-searched': { zh: '由审核人判断。', en: 'Reviewers judge it.', repair: 'none' },
  'small-cell': { zh: '合并类别或将计数取整。', en: 'Merge categories, or round the counts.', repair: 'round' },
  'dominated-cell': { zh: '不输出该合计，或合并类别。', en: 'Leave the sum out, or merge categories.', repair: 'suppress' },
  'few-degrees-of-freedom': { zh: '使用更多观测或更少参数。', en: 'Fit more observations, or fewer parameters.', repair: 'none' },
  'dominance-unknown': {
    zh: '申报最大两项贡献所在的列。',
    en: 'Declare the columns of the largest and second largest contribution.',
    repair: 'none',
  },
  'suppressed-cells': { zh: '由审核人判断。', en: 'Reviewers judge it.', repair: 'none' },
  'no-counts': { zh: '附上每组的主体数。', en: 'Put the number of subjects beside each group.', repair: 'none' },
  'declaration-does-not-fit': { zh: '请更正申报后新建申请。', en: 'Correct the declaration and open a new request.', repair: 'none' },
  'tables-inside-not-measured': { zh: '由审核人判断。', en: 'Reviewers judge it.', repair: 'none' },
  'too-many-items': {
    zh: '合并类别，或接受所提供的修复。',
    en: 'Coarsen the result, or accept the repair where one is offered.',
    repair: 'none',
  },
  'rows-of-the-source': { zh: '输出汇总而非明细。', en: 'Give aggregates, not records.', repair: 'suppress' },
  'columns-of-the-source': { zh: '输出汇总而非变换后的明细。', en: 'Give aggregates, not records in another dress.', repair: 'suppress' },
  'source-not-compared': {
    zh: '待系统完成比对后重新提交；如持续出现请联系平台运维。',
    en: 'Submit again once the copies can be read; ask the platform operator if they can not.',
    repair: 'none',
  },
  'rows-inside-not-measured': { zh: '由审核人判断。', en: 'Reviewers judge it.', repair: 'none' },
  'lineage-unknown': { zh: '用经审核的代码生成该列。', en: 'Make the column by reviewed code.', repair: 'suppress' },
  'lineage-not-by-column': { zh: '由审核人判断。', en: 'Reviewers judge it.', repair: 'none' },
  'reversible-column': { zh: '不输出该列，或先汇总。', en: 'Leave the column out, or aggregate it.', repair: 'suppress' },
  'untransformed-column': { zh: '不输出该列，或先汇总。', en: 'Leave the column out, or aggregate it.', repair: 'suppress' },
  'keyed-column': { zh: '由审核人判断。', en: 'Reviewers judge it.', repair: 'none' },
  'one-to-one-column': { zh: '不输出该列，或先汇总。', en: 'Leave the column out, or aggregate it.', repair: 'coarsen' },
  'small-difference': {
    zh: '采用与已放行表相同的分组与口径，或不输出该列。',
    en: 'Use the groups of the table that left before, or leave the column out.',
    repair: 'suppress',
  },
  'few-subjects-apart': {
    zh: '用与相减之表相同的分组，或合并类别后重新运行。',
    en: 'Run it again with the groups of the table that it is subtracted from, or with coarser ones.',
    repair: 'none',
  },
  'recomputable-cells': {
    zh: '不输出合计，或合并类别后重新运行。',
    en: 'Run it again without the totals, or with coarser groups.',
    repair: 'none',
  },
  'differences-not-measured': { zh: '由审核人判断。', en: 'Reviewers judge it.', repair: 'none' },
  'too-large-to-compare': { zh: '减少行数。', en: 'Give fewer rows.', repair: 'none' },
  'earlier-not-comparable': { zh: '由审核人判断。', en: 'Reviewers judge it.', repair: 'none' },
  'no-budget': { zh: '请主管部门设定该场景的导出总量。', en: 'The authority sets a budget for the scenario.', repair: 'none' },
  'bytes-over-budget': {
    zh: '请主管部门增加总量，或减少输出。',
    en: 'Ask the authority for a larger budget, or give less.',
    repair: 'none',
  },
  'rows-over-budget': {
    zh: '请主管部门增加总量，或减少行数。',
    en: 'Ask the authority for a larger budget, or give fewer rows.',
    repair: 'none',
  },
} as const satisfies Readonly<Record<FindingCode, Remedy>>;

/** More items than people can weigh are mended as each of them would be. */
const floods: Readonly<Partial<Record<CheckName, RepairKind>>> = {
  'residual-identifiers': 'suppress',
  'small-cells': 'round',
  reversibility: 'suppress',
};

export const repairOf = (check: CheckName, finding: FindingCode): Remedy['repair'] =>
  finding === 'too-many-items' ? (floods[check] ?? 'none') : remedies[finding].repair;
