import { refuserOf, type RefusalCatalogue } from '#kernel';

/** What the engine refuses, and the causes with which a run ends; `kind`, `line` and `column` come with the details where they are known. */
export const engineRefusals = {
  'engine.scratch-not-in-memory': {
    status: 503,
    awaits: 'scratch',
    zh: '临时目录 {folder} 不在内存文件系统上，原始数据的明文不得落盘。',
    en: 'The scratch folder {folder} is not on a memory filesystem; plaintext of raw data must not reach a disk.',
    satisfyZh: '将 engine.scratchRoot 指向 tmpfs；仅在个人开发机上可设置 engine.allowDiskScratch。',
    satisfyEn: 'Point engine.scratchRoot at a tmpfs; engine.allowDiskScratch is for a developer’s own computer only.',
    sources: ['DES-01'],
  },
  'engine.scratch-not-private': {
    status: 503,
    awaits: 'scratch',
    zh: '临时目录 {folder} 不归本进程的用户所有。',
    en: 'The scratch folder {folder} does not belong to the user of this process.',
    satisfyZh: '改用归本用户所有的目录。',
    satisfyEn: 'Use a folder that this user owns.',
    sources: ['DES-01'],
  },
  'engine.scratch-full': {
    status: 503,
    awaits: 'scratch',
    zh: '临时空间不足：需要 {neededBytes} 字节，剩余 {freeBytes} 字节。',
    en: 'Not enough scratch: {neededBytes} bytes needed, {freeBytes} free.',
    satisfyZh: '等待其他任务结束，或加大内存文件系统。',
    satisfyEn: 'Wait for other runs to end, or enlarge the memory filesystem.',
  },
  'engine.sandbox-unavailable': {
    status: 503,
    awaits: 'sandbox',
    zh: '引擎进程无法与系统隔离：{reason}。',
    en: 'The engine’s processes cannot be isolated: {reason}.',
    satisfyZh: '安装 bubblewrap 并允许非特权用户命名空间；仅在个人开发机上可设置 engine.sandbox: preferred。',
    satisfyEn:
      'Install bubblewrap and allow unprivileged user namespaces; engine.sandbox: preferred is for a developer’s own computer only.',
    sources: ['DES-01', 'MOD-03'],
  },
  'engine.job-invalid': {
    status: 500,
    zh: '引擎任务不合规范（{reason}）。',
    en: 'The engine job is not well formed ({reason}).',
    satisfyZh: '这是程序错误，请报告。',
    satisfyEn: 'This is a defect; please report it.',
  },
  'engine.sql-error': {
    status: 422,
    zh: 'SQL 执行失败：{kind}，第 {line} 行第 {column} 列。',
    en: 'The SQL failed: {kind}, line {line}, column {column}.',
    satisfyZh: '在同结构的样本数据上调试同一段代码。',
    satisfyEn: 'Try the same code on the same-schema sample.',
    sources: ['DES-01', 'MOD-03'],
  },
  'engine.statement-not-allowed': {
    status: 422,
    zh: '不允许的语句类型：{kind}。',
    en: 'This kind of statement is not allowed: {kind}.',
    satisfyZh: '只使用查询、建表、插入、更新、删除等数据语句。',
    satisfyEn: 'Use statements on data only: SELECT, CREATE, INSERT, UPDATE, DELETE.',
    sources: ['MOD-03'],
  },
  'engine.memory-limit': {
    status: 422,
    zh: '运行超出内存上限。',
    en: 'The run exceeded its memory limit.',
    satisfyZh: '减少中间结果，或申请更大的配额。',
    satisfyEn: 'Make intermediate results smaller, or ask for a larger quota.',
  },
  'engine.scratch-limit': {
    status: 422,
    zh: '运行超出临时空间上限。',
    en: 'The run exceeded its scratch limit.',
    satisfyZh: '减少中间结果与输出，或申请更大的配额。',
    satisfyEn: 'Make intermediate results and outputs smaller, or ask for a larger quota.',
  },
  'engine.time-limit': {
    status: 422,
    zh: '运行超出时间上限。',
    en: 'The run exceeded its time limit.',
    satisfyZh: '缩小输入或拆分任务。',
    satisfyEn: 'Use a smaller input or split the work.',
  },
  'engine.row-limit': {
    status: 422,
    zh: '结果行数超出上限。',
    en: 'The result exceeded its limit of rows.',
    satisfyZh: '先聚合或限制行数。',
    satisfyEn: 'Aggregate first, or limit the rows.',
  },
  'engine.cancelled': {
    status: 409,
    zh: '运行已被取消。',
    en: 'The run was cancelled.',
    satisfyZh: '如仍需要，请重新提交。',
    satisfyEn: 'Submit it again if it is still wanted.',
  },
  'engine.answer-unreadable': {
    status: 503,
    transient: true,
    zh: '引擎进程的应答无法读取，其结果一概不采用。',
    en: 'The engine process answered what cannot be read; nothing of its result is used.',
    satisfyZh: '系统会重试；多次失败请联系平台运维。',
    satisfyEn: 'It is tried again; if it keeps failing, tell the platform operator.',
  },
  'engine.process-lost': {
    status: 503,
    transient: true,
    zh: '引擎进程意外结束。',
    en: 'The engine process ended unexpectedly.',
    satisfyZh: '系统会重试；多次失败请联系平台运维。',
    satisfyEn: 'It is tried again; if it keeps failing, tell the platform operator.',
  },
} as const satisfies RefusalCatalogue;

/** A refusal of this catalogue: a code that does not stand in it does not compile. */
export const refuse = refuserOf(engineRefusals);
