import type { RefusalCatalogue } from '#kernel';

export const databaseRefusals = {
  'state.no-such-transition': {
    status: 409,
    zh: '{what} 不能从“{from}”变为“{to}”。',
    en: '{what} cannot move from “{from}” to “{to}”.',
    satisfyZh: '当前状态允许的后续状态：{possible}。',
    satisfyEn: 'From here it can move to: {possible}.',
  },
  'state.changed-meanwhile': {
    status: 409,
    zh: '该对象在此期间已被他人修改。',
    en: 'The object was changed by someone else meanwhile.',
    satisfyZh: '请重新读取后再提交。',
    satisfyEn: 'Read it again and repeat the act.',
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
  'audit.unavailable': {
    status: 503,
    zh: '审计记录无法写入，操作未执行。',
    en: 'The audit entry could not be written, so nothing was done.',
    satisfyZh: '待数据库恢复后重试。',
    satisfyEn: 'Try again when the database is back.',
    sources: ['AUD-06'],
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
