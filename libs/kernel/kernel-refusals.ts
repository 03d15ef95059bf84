import { proofRefusals } from './proof-refusals.js';
import type { Json } from './canonical.js';
import { Refusal, type RefusalCatalogue } from './refusal.js';

/** What every context may refuse: states, ended accesses, acts that need a person, and what is no document, key or input. */
export const kernelRefusals = {
  ...proofRefusals,
  'state.no-such-transition': {
    status: 409,
    transient: true,
    zh: '{what} 不能从“{from}”变为“{to}”。',
    en: '{what} cannot move from “{from}” to “{to}”.',
    satisfyZh: '当前状态允许的后续状态：{possible}。',
    satisfyEn: 'From here it can move to: {possible}.',
  },
  'access.ended': {
    status: 403,
    zh: '访问所依据的“{what}”（{id}）已被切断或到期，访问随之终止。',
    en: 'The access ended: the {what} ({id}) that it rested on was cut or ran out.',
    satisfyZh: '请重新登录；如仍被拒绝，请联系收回、暂停或终止它的单位。',
    satisfyEn: 'Sign in again; if that is refused as well, ask whoever revoked, suspended or ended it.',
    sources: ['SEAT-03', 'TERM-01', 'SUSP-01'],
  },
  'identity.person-needed': {
    status: 403,
    zh: '该操作须由自然人执行。',
    en: 'A natural person must do this.',
    satisfyZh: '请以个人身份登录后操作。',
    satisfyEn: 'Sign in as a person.',
    sources: ['ACC-04'],
  },
  'http.invalid-input': {
    status: 400,
    zh: '请求内容不符合要求，见 details.problems。',
    en: 'The request does not fit its schema; see details.problems.',
    satisfyZh: '按所列路径逐项更正。',
    satisfyEn: 'Correct each of the listed paths.',
  },
  'state.changed-meanwhile': {
    status: 409,
    transient: true,
    zh: '该对象在此期间已被他人修改。',
    en: 'The object was changed by someone else meanwhile.',
    satisfyZh: '请重新读取后再提交。',
    satisfyEn: 'Read it again and repeat the act.',
  },
  'state.exists-already': {
    status: 409,
    zh: '已有相同 {fields} 的记录。',
    en: 'There already is one with the same {fields}.',
    satisfyZh: '请使用已有的记录，或更正所列字段。',
    satisfyEn: 'Use the one that is there, or correct the named fields.',
  },
  'audit.unavailable': {
    status: 503,
    awaits: 'database',
    zh: '审计记录无法写入，操作未执行。',
    en: 'The audit entry could not be written, so nothing was done.',
    satisfyZh: '待数据库恢复后重试。',
    satisfyEn: 'Try again when the database is back.',
    sources: ['AUD-06'],
  },
} satisfies RefusalCatalogue;

/** What makes the refusals of a catalogue, and the kernel's: a code that stands in neither does not compile. Nothing else makes one. */
export function refuserOf<const C extends RefusalCatalogue>(catalogue: C) {
  const all: RefusalCatalogue = { ...kernelRefusals, ...catalogue };
  return (code: (keyof C & string) | keyof typeof kernelRefusals, details: Readonly<Record<string, Json>> = {}): Refusal =>
    new Refusal(code, details, all[code]?.transient ?? all[code]?.awaits !== undefined, all[code]?.awaits);
}

/** For the kernel alone: every context has its own, of its own catalogue. */
export const refuse = refuserOf({});
