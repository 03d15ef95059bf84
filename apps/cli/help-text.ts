import type { Language } from './terminal.js';

/** What stands below the list of commands. */
export const helpText: Readonly<Record<Language, string>> = {
  en: `
Every act of the platform is a command, by what it is about and what is done, e.g. opdomain seat revoke <id>:
  opdomain acts [words]              lists them
  opdomain <noun> --help             what can be done with it
  opdomain <noun> <verb> --help      what that takes and who may do it
  opdomain help <noun> <verb>        the same
  opdomain <noun> <verb> --example   a body to fill in; --file FILE sends it (YAML or JSON, - for standard input)
Its name in the audit log is taken as well: opdomain revocation.ordered <id>.

An id may be cut short as long as one thing alone begins so. --wait waits for what takes long.

Output: tables for people, with times in their zone; -o wide for every column. For programs -o json (--json) or -o yaml: an error
then is its problem document (RFC 9457) on standard error.

Exit codes: 0 done, 1 verification failed, 2 wrong usage or unreadable file, 3 refused by the platform, or what was waited
for failed, 4 not signed in, 5 platform unreachable or at fault, 6 a defect of this program (OPDOMAIN_DEBUG=1 shows where).

Environment: OPDOMAIN_SERVER, OPDOMAIN_TOKEN, OPDOMAIN_HOME (default ~/.config/opdomain); LANG=zh_CN.UTF-8 for Chinese.`,
  zh: `
平台的每项操作都是一个命令，由对象和动作组成，例如 opdomain seat revoke <id>：
  opdomain acts [词…]                列出全部操作
  opdomain <对象> --help             可对其执行的动作
  opdomain <对象> <动作> --help      该操作的参数与所需角色
  opdomain help <对象> <动作>        同上
  opdomain <对象> <动作> --example   输出可填写的正文样例；--file 文件 提交正文（YAML 或 JSON，- 为标准输入）
也可使用其审计名称：opdomain revocation.ordered <id>。

标识可只写开头，能唯一确定即可。--wait 等待耗时操作完成。

输出：默认为表格，时间为北京时间；-o wide 显示全部列。供程序读取时用 -o json（--json）或 -o yaml，
此时错误以问题文档（RFC 9457）输出到标准错误。

退出码：0 完成，1 验证未通过，2 用法有误或文件无法读取，3 被平台拒绝或所等待的任务失败，4 未登录，5 平台无法连接或有故障，
6 本程序缺陷（OPDOMAIN_DEBUG=1 显示位置）。

环境变量：OPDOMAIN_SERVER、OPDOMAIN_TOKEN、OPDOMAIN_HOME（缺省 ~/.config/opdomain）；LANG=zh_CN.UTF-8 时以中文显示。`,
};
