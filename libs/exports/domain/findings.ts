/** What the gate found, said so that the requester knows what to change and a reviewer what to weigh. */
export interface Finding {
  readonly zh: string;
  readonly en: string;
}

export const findings = {
  'number-of-files': { zh: '文件数量不在允许范围内。', en: 'The number of files is outside what one request may hold.' },
  'too-large': { zh: '文件超过单件上限。', en: 'The file is larger than one file may be.' },
  'executable-format': {
    zh: '打开即执行代码的格式，不得出域；模型请用 ONNX 或 safetensors。',
    en: 'A format that runs code when opened never leaves; give models as safetensors.',
  },
  'active-content': { zh: '含宏、脚本或嵌入对象，请去除后重新提交。', en: 'It holds macros, scripts or embedded objects; remove them.' },
  encrypted: { zh: '内容已加密或设有口令，无法审查。', en: 'The content is encrypted or has a password and cannot be reviewed.' },
  archive: {
    zh: '压缩包与办公文档请解开为单个文件、表格另存为 CSV 后提交。',
    en: 'Submit the members of an archive one by one, and office tables as CSV.',
  },
  'unread-table': {
    zh: '该表格格式尚不能逐行比对，请转为 CSV。',
    en: 'Tables of this format can not be compared row by row yet; convert them to CSV.',
  },
  'unknown-format': { zh: '无法识别的格式。', en: 'The format is not recognised.' },
  'empty-file': { zh: '空文件。', en: 'The file is empty.' },
  'not-read-by-the-gate': {
    zh: '系统不能读懂此类文件的内容，请审核人人工查看。',
    en: 'The gate cannot read the content of such a file; a person must look at it.',
  },
  'changed-content': { zh: '文件内容与提交时不同。', en: 'The content is not what was submitted.' },
  'hidden-content': { zh: '文件前部是文本，其后混有非文本内容。', en: 'The file begins as text and goes on as something else.' },
  'unreadable-table': { zh: '表格在所示行无法解析，请修正。', en: 'The table cannot be read at the given line; correct it.' },
  'opaque-content': { zh: '含无法阅读的长串内容。', en: 'It holds long runs that nobody can read.' },
  'formula-cells': { zh: '单元格会被电子表格当作公式执行。', en: 'A spreadsheet would run these cells as formulas.' },
  identifier: { zh: '仍含个人或主体标识。', en: 'It still holds identifiers.' },
  'groups-named': {
    zh: '该列的分组名称取自标识（如姓氏、号码前段），请判断是否会指向个人。',
    en: 'The groups of this column are called by parts of identifiers (a surname, the prefix of a number); judge whether they point to persons.',
  },
  'content-not-searched': { zh: '未能在内容中查找标识。', en: 'The content could not be searched for identifiers.' },
  'small-cell': { zh: '计数低于阈值。', en: 'A count is below the threshold.' },
  'dominated-cell': { zh: '合计由一两个主体主导。', en: 'One or two contributors dominate a sum.' },
  'few-degrees-of-freedom': { zh: '自由度过低。', en: 'Too few degrees of freedom.' },
  'dominance-unknown': {
    zh: '该合计列未申报最大两项贡献，无法判断主导性。',
    en: 'The largest contributions to this sum were not declared, so dominance is unknown.',
  },
  'suppressed-cells': {
    zh: '含已隐去的单元格，请确认不能由合计反推。',
    en: 'Some cells are suppressed; make sure that totals do not give them away.',
  },
  'no-counts': { zh: '未发现计数列，每一行都可能对应一个主体。', en: 'No column of counts: every row may describe one person.' },
  'declaration-does-not-fit': { zh: '申报的列不存在或不是计数。', en: 'A declared column is missing, or is not of counts.' },
  'tables-inside-not-measured': { zh: '文件中的表格未能测量。', en: 'Tables inside the file were not measured.' },
  'too-many-items': { zh: '需人工判断的事项过多，请合并类别后重新生成。', en: 'More items than people can weigh; coarsen the result.' },
  'rows-of-the-source': { zh: '与原始数据的行相符，原始数据不得出域。', en: 'Rows of the raw data stand in it; raw data never leaves.' },
  'columns-of-the-source': {
    zh: '有列由原始字段换算、替换、拆分或转置而来。',
    en: 'Columns are source fields that were scaled, replaced, split, transposed or encoded.',
  },
  'source-not-compared': { zh: '未能与全部原始数据比对。', en: 'It was not compared with all raw data of the domain.' },
  'rows-inside-not-measured': {
    zh: '文件中的记录未能与原始数据比对。',
    en: 'Records inside the file were not compared with the raw data.',
  },
  'lineage-unknown': { zh: '来源不明，可逆性未经检验。', en: 'Its origin is unknown, so reversibility is untested.' },
  'lineage-not-by-column': { zh: '该类文件没有逐列来源。', en: 'Such a file has no origin by column.' },
  'reversible-column': { zh: '该列可还原为原始数据。', en: 'Raw data can be computed back from this column.' },
  'untransformed-column': { zh: '该列为未经处理的原始字段。', en: 'The column is a source field passed through.' },
  'keyed-column': { zh: '该列为加密钥的假名，请确认确需导出。', en: 'The column is a keyed pseudonym; confirm that it must leave.' },
  'one-to-one-column': { zh: '该列与原始列一一对应且未使用密钥。', en: 'The column stands one-to-one beside a raw column without a key.' },
  'small-difference': { zh: '与已放行的表相减可得到少数主体的信息。', en: 'Subtracting a released table leaves a group of few.' },
  'too-large-to-compare': { zh: '表格过大，未能与已放行的表比对。', en: 'The table is too large to be compared with released ones.' },
  'earlier-not-comparable': {
    zh: '部分已放行或待放行的表没有密封映射，只能按列名比对，请人工判断。',
    en: 'Some tables that left or may leave have no sealed map and can only be compared by name; judge them.',
  },
  'few-subjects-apart': {
    zh: '本表的单元格或合计，与本表或本场景另一张表的单元格或合计相差不足阈值个主体，相减即可得到其信息。请隐去或合并相关类别。',
    en: 'A cell or total differs from one of this table, or of another table of the scenario, by fewer subjects than the threshold: subtracting them tells of those few. Suppress or coarsen the categories.',
  },
  'recomputable-cells': {
    zh: '已隐去的单元格可由其余单元格与合计反推。请一并隐去另一单元格或其合计，或合并类别。',
    en: 'A suppressed cell can be computed from what is shown. Suppress another cell or the total with it, or coarsen the categories.',
  },
  'differences-not-measured': {
    zh: '未能与该表逐一比对主体差异，请人工判断相减是否会泄露少数主体的信息。',
    en: 'By whom this table and another differ could not be measured; judge what subtracting them would tell.',
  },
  'no-budget': {
    zh: '该场景未设导出总量，请判断是否适当。',
    en: 'No export budget is set for the scenario; judge whether the amount is fit.',
  },
  'bytes-over-budget': { zh: '累计字节数超出场景总量。', en: 'The bytes released together exceed the scenario’s budget.' },
  'rows-over-budget': { zh: '累计行数超出场景总量。', en: 'The rows released together exceed the scenario’s budget.' },
} as const satisfies Readonly<Record<string, Finding>>;
export type FindingCode = keyof typeof findings;
