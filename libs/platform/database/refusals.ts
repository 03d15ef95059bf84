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
} satisfies RefusalCatalogue;
