import type { Application } from '#kernel';
import type { Language } from './language.js';

export type Program = Application | 'migrate';

const about: Readonly<Record<Program, Readonly<Record<Language, string>>>> = {
  api: { en: 'serves the API', zh: '提供 API 服务' },
  worker: { en: 'does the queued work and sequences the audit log', zh: '执行排队任务，并为审计日志排序' },
  operator: { en: 'brings the cluster to the wanted state', zh: '使集群达到期望状态' },
  migrate: {
    en: 'brings the database to this version and gives each process its rights; run it before a roll-out',
    zh: '将数据库升级到本版本并为各进程授权；升级前执行',
  },
};
const file: Readonly<Record<Program, string>> = {
  api: 'dist/apps/api/main.js',
  worker: 'dist/apps/worker/main.js',
  operator: 'dist/apps/operator/main.js',
  migrate: 'dist/apps/composition/migrate.js',
};

/** What `--help` of a process prints. */
export function helpOf(program: Program, language: Language): string {
  return language === 'zh' ? zh(program) : en(program);
}

const en = (program: Program): string => `node ${file[program]} --config FILE [--set PATH=VALUE]...

opdomain-${program}: ${about[program].en}.

  -c, --config FILE      the configuration, YAML or JSON (else the file that OPDOMAIN_CONFIG names)
      --set PATH=VALUE   one setting of it, as in --set database.poolSize=20; may be given several times
${program === 'migrate' ? '      --owner FILE       file with the connection of the database owner (database.ownerUrlFile)\n' : ''}  -h, --help             this text
      --version          the version

Environment: OPDOMAIN__DATABASE__POOL_SIZE=20 sets database.poolSize. LANG=zh_CN.UTF-8 for Chinese.
Which files with secrets it reads: opdomain config secrets ${program}

${
  program === 'migrate'
    ? 'Exit codes: 0 the schema is up to date, 1 refused, or the database is away, 2 wrong usage or configuration, Node.js too old.'
    : `SIGTERM or SIGINT drains and ends it. A dependency that is away (database, key store) is waited for, and said in the log (process.waits).
Exit codes: 0 ended as told, 1 it cannot start or was ended by a fault, 2 wrong usage or configuration, Node.js too old.`
}
`;

const zh = (program: Program): string => `node ${file[program]} --config 文件 [--set 路径=值]...

opdomain-${program}：${about[program].zh}。

  -c, --config 文件      配置文件，YAML 或 JSON（缺省为 OPDOMAIN_CONFIG 所指文件）
      --set 路径=值      单项设置，如 --set database.poolSize=20，可多次使用
${program === 'migrate' ? '      --owner 文件       数据库属主的连接文件（database.ownerUrlFile）\n' : ''}  -h, --help             本说明
      --version          版本号

环境变量：OPDOMAIN__DATABASE__POOL_SIZE=20 即 database.poolSize。LANG=zh_CN.UTF-8 时以中文显示。
本程序读取哪些密钥文件：opdomain config secrets ${program}

${
  program === 'migrate'
    ? '退出码：0 数据库结构已是最新，1 被拒绝或数据库不可用，2 用法或配置有误、Node.js 版本过低。'
    : `收到 SIGTERM 或 SIGINT 时排空后退出。数据库、密钥库等不可用时等待恢复，并在日志中说明（process.waits）。
退出码：0 按指令退出，1 无法启动或因故障退出，2 用法或配置有误、Node.js 版本过低。`
}
`;
