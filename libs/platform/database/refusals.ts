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
  'access.ended': {
    status: 403,
    zh: '访问所依据的“{what}”（{id}）已被切断或到期，访问随之终止。',
    en: 'The access ended: the {what} ({id}) that it rested on was cut or ran out.',
    satisfyZh: '请重新登录；如仍被拒绝，请联系收回、暂停或终止它的单位。',
    satisfyEn: 'Sign in again; if that is refused as well, ask whoever revoked, suspended or ended it.',
    sources: ['SEAT-03', 'TERM-01', 'SUSP-01'],
  },
  'audit.unavailable': {
    status: 503,
    zh: '审计记录无法写入，操作未执行。',
    en: 'The audit entry could not be written, so nothing was done.',
    satisfyZh: '待数据库恢复后重试。',
    satisfyEn: 'Try again when the database is back.',
    sources: ['AUD-06'],
  },
} satisfies RefusalCatalogue;
