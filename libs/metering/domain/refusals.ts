import { refuserOf, type RefusalCatalogue } from '#kernel';

export const meteringRefusals = {
  'price.not-found': {
    status: 404,
    zh: '没有该价格版本。',
    en: 'There is no such price version.',
    satisfyZh: '请核对编号。',
    satisfyEn: 'Check the id.',
  },
  'charge.not-found': {
    status: 404,
    zh: '没有该计费项。',
    en: 'There is no such charge.',
    satisfyZh: '请核对编号。',
    satisfyEn: 'Check the id.',
  },
  'metering.agreement-not-found': {
    status: 404,
    zh: '没有该授权协议。',
    en: 'There is no such agreement.',
    satisfyZh: '请核对授权编号。',
    satisfyEn: 'Check the id of the authorisation.',
  },
  'metering.price-fixed': {
    status: 409,
    zh: '{item} 在所列日期已有价格（{priceId}），已定价日期不得改写。',
    en: '{item} already has a price ({priceId}) on days up to today; a day that had a price keeps it.',
    satisfyZh: '新版本自 {today} 之后的日期起生效。',
    satisfyEn: 'Let the new version begin after {today}.',
    sources: ['META-02'],
  },
  'metering.price-dates': {
    status: 400,
    zh: '价格的截止日早于起始日。',
    en: 'The price ends before it begins.',
    satisfyZh: '请更正有效期。',
    satisfyEn: 'Correct the dates.',
  },
  'metering.beyond-region': {
    status: 403,
    zh: '全平台价格只能由辖区覆盖全部授权的主管部门确定。',
    en: 'A price for the whole platform is set by an authority whose region covers every agreement.',
    satisfyZh: '请由上级主管部门确定，或按协议定价。',
    satisfyEn: 'The authority above sets it; or set it for an agreement of yours.',
    sources: ['ADM-03', 'META-02'],
  },
  'metering.usage-malformed': {
    status: 422,
    zh: '用量记录（{sourceKind} · {item}）不完整或数量无效。',
    en: 'A usage record ({sourceKind} · {item}) is incomplete or has no valid quantity.',
    satisfyZh: '更正发布方后重试该任务。',
    satisfyEn: 'Correct the context that published it, then have the work tried again.',
    sources: ['META-02'],
  },
  'metering.not-reversible': {
    status: 409,
    zh: '{kind} 记录不能再冲正。',
    en: 'A {kind} entry is not reversed.',
    satisfyZh: '请冲正其所指的原计费项。',
    satisfyEn: 'Reverse the charge that it is about.',
    sources: ['META-02'],
  },
  'metering.already-reversed': {
    status: 409,
    zh: '该计费项已由 {reversalId} 冲正。',
    en: 'The charge was already reversed by {reversalId}.',
    satisfyZh: '如需再更正，请冲正其更正记录。',
    satisfyEn: 'To correct again, reverse its correction.',
    sources: ['META-02'],
  },
  'metering.income-declared': {
    status: 409,
    zh: '该收入申报（{declarationId}）已经记入。',
    en: 'This declaration of income ({declarationId}) already counts.',
    satisfyZh: '如需更正，请由主管部门冲正后重报。',
    satisfyEn: 'To correct it, have the authority reverse it.',
    sources: ['META-04'],
  },
} satisfies RefusalCatalogue;

/** A refusal of this catalogue: a code that does not stand in it does not compile. */
export const refuse = refuserOf(meteringRefusals);
