import { refuserOf, type RefusalCatalogue } from '#kernel';

export const databaseRefusals = {
  'database.busy': {
    status: 503,
    awaits: 'database',
    zh: '系统繁忙，未能在时限内取得数据库连接。',
    en: 'The system is busy: no database connection became free in time.',
    satisfyZh: '请稍后重试。',
    satisfyEn: 'Try again shortly.',
  },
  'database.unreachable': {
    status: 503,
    awaits: 'database',
    zh: '数据库没有应答（{fault}）；本次操作是否已执行未知。',
    en: 'The database does not answer ({fault}); whether the act was done is unknown.',
    satisfyZh: '待数据库恢复后以同一 Idempotency-Key 重试，不会重复执行。',
    satisfyEn: 'Repeat it with the same Idempotency-Key when the database is back: it is done once at most.',
  },
  'database.limit-reached': {
    status: 503,
    awaits: 'database',
    zh: '数据库在时限（{limit}）内未能完成，未保存任何改动。',
    en: 'The database ended the act at its limit ({limit}); nothing was changed.',
    satisfyZh: '请稍后重试；如反复出现，请平台运维查看被占用的锁与慢语句。',
    satisfyEn: 'Try again shortly; if it repeats, have the operator look at held locks and slow statements.',
  },
  'http.precondition-failed': {
    status: 412,
    zh: 'If-Match 与当前版本 {version} 不一致。',
    en: 'If-Match does not name the current version {version}.',
    satisfyZh: '请重新读取，以新的 ETag 重试。',
    satisfyEn: 'Read the object again and send its ETag.',
  },
  'http.idempotency-key-reused': {
    status: 422,
    zh: '幂等键 {key} 已用于另一个请求。',
    en: 'The idempotency key {key} was used for another request.',
    satisfyZh: '请为新的请求使用新的 Idempotency-Key。',
    satisfyEn: 'Use a new Idempotency-Key for a new request.',
  },
  'work.too-much-waiting': {
    status: 429,
    transient: true,
    zh: '“{lane}”队列中已有 {open} 项任务未完成（{whose}），上限为 {limit}。',
    en: '{open} pieces of work of this {whose} wait or run in the lane “{lane}”; {limit} may.',
    satisfyZh: '待其中一些完成或取消后重试。',
    satisfyEn: 'Wait until some are done, or cancel some.',
  },
  'authorisation.ended': {
    status: 409,
    zh: '该授权已于 {at} 终结，其下不再办理任何事项。',
    en: 'The authorisation ended at {at}; nothing under it is begun or carried on any more.',
    satisfyZh: '无法满足；记录仍可查阅，新的工作须取得新的授权。',
    satisfyEn: 'Nothing can. Its records stay readable; new work needs a new authorisation.',
    sources: ['TERM-01', 'TERM-08'],
  },
  'scenario.ended': {
    status: 409,
    zh: '该应用场景已于 {at} 终结，其下不再办理任何事项。',
    en: 'The scenario ended at {at}; nothing under it is begun or carried on any more.',
    satisfyZh: '无法满足；记录仍可查阅，新的工作须申报新的场景。',
    satisfyEn: 'Nothing can. Its records stay readable; new work needs a new scenario.',
    sources: ['SUSP-05'],
  },
  'domain.ended': {
    status: 409,
    zh: '该运营域已于 {at} 终结，不再办理任何事项。',
    en: 'The operation domain ended at {at}; nothing is done in it any more.',
    satisfyZh: '无法满足；记录仍可查阅。',
    satisfyEn: 'Nothing can. Its records stay readable.',
    sources: ['TERM-01', 'DEST-03'],
  },
  'database.owner-missing': {
    status: 500,
    zh: '未配置数据库属主的连接文件。',
    en: 'No connection of the database owner is configured.',
    satisfyZh: '迁移时以 database.ownerUrlFile 或 --owner 指定属主的连接文件。',
    satisfyEn: 'Name its file in database.ownerUrlFile, or by --owner, when migrating.',
  },
  'database.role-missing': {
    status: 500,
    zh: '数据库角色 {role} 不存在。',
    en: 'There is no database role {role}.',
    satisfyZh: '由数据库管理员创建该角色（LOGIN，无其他权限），或为其配置 passwordFile 后由 migrate 创建。',
    satisfyEn: 'Have it made (LOGIN, nothing else), or give it a passwordFile so that migrate makes it.',
  },
  'database.role-too-strong': {
    status: 500,
    zh: '进程的数据库角色 {role} 权限过大：{excess}。',
    en: 'The database role {role} of a process holds more than grants: {excess}.',
    satisfyZh: '为每个进程使用独立的普通角色：非超级用户、不属于任何角色、不拥有任何对象。',
    satisfyEn: 'Give each process a plain role of its own: no superuser, member of nothing, owner of nothing.',
  },
} satisfies RefusalCatalogue;

/** A refusal of this catalogue: a code that does not stand in it does not compile. */
export const refuse = refuserOf(databaseRefusals);
