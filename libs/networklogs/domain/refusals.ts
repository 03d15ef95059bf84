import { refuserOf, type RefusalCatalogue } from '#kernel';

export const networkLogRefusals = {
  'network-log-segment.not-found': {
    status: 404,
    zh: '没有这个网络日志段。',
    en: 'There is no such network-log segment.',
    satisfyZh: '请核对编号。',
    satisfyEn: 'Check the id.',
  },
  'network-log.domain-not-ended': {
    status: 409,
    zh: '该运营域尚未终止，其网络日志须保存至终止后满期。',
    en: 'The domain has not ended; its network logs are kept until their months after its termination.',
    satisfyZh: '终止并期满后再删除。',
    satisfyEn: 'Delete them when the domain was terminated and the months after that have passed.',
    sources: ['LOG-01', 'LOG-02'],
  },
  'network-log.kept-until': {
    status: 409,
    zh: '网络日志须保存至 {keepUntil},任何角色均不得提前删除。',
    en: 'Network logs are kept until {keepUntil}; no role can delete them before.',
    satisfyZh: '到期后再删除;单位终止或注销后保存期只延长不缩短。',
    satisfyEn: 'Delete them after that time; a termination only makes it later.',
    sources: ['LOG-01', 'LOG-02'],
  },
  'network-log.older-first': {
    status: 409,
    zh: '须先删除更早的日志段。',
    en: 'An older segment of the same chain must go first.',
    satisfyZh: '按时间先后删除到期的日志段。',
    satisfyEn: 'Delete segments past their term oldest first.',
    sources: ['LOG-03'],
  },
  'network-log.no-stream': {
    status: 409,
    zh: '该运营域没有在记录的网络日志,或已结束。',
    en: 'No network log of this domain is running.',
    satisfyZh: '运营域就绪后才有网络日志;终止后其日志段已封存。',
    satisfyEn: 'There is one from when the domain is ready until its termination, which seals it.',
  },
  'network-log.period-too-long': {
    status: 422,
    zh: '一次最多查询 {days} 天。',
    en: 'A search spans {days} days at most.',
    satisfyZh: '缩短时间范围,分段查询。',
    satisfyEn: 'Search a shorter period, in parts.',
  },
} as const satisfies RefusalCatalogue;

/** A refusal of this catalogue: a code that does not stand in it does not compile. */
export const refuse = refuserOf(networkLogRefusals);
