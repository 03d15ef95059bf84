import type { RefusalCatalogue } from '#kernel';

export const stageBodyRefusals = {
  'stage-body.not-found': {
    status: 404,
    zh: '没有这项机构登记。',
    en: 'There is no such registration of a body.',
    satisfyZh: '核对编号。',
    satisfyEn: 'Check the id.',
  },
  'stage-body.missing': {
    status: 409,
    zh: '属地机构名录中尚未登记：{parties}。',
    en: 'The region’s register names no organisation as: {parties}.',
    satisfyZh: '由安全管理员与平台管理员共同登记各环节的机构后再提交。',
    satisfyEn: 'The security administrator and the platform administrator register each body together, then file it.',
    sources: ['AUTH-09', 'REQ-03'],
  },
  'stage-body.not-an-authority': {
    status: 409,
    zh: '名录按主管部门登记，该机构是“{kind}”。',
    en: 'Bodies are registered for an authority; this organisation is of kind {kind}.',
    satisfyZh: '填写该地区的公共数据主管部门。',
    satisfyEn: 'Name the region’s data authority.',
    sources: ['AUTH-09'],
  },
  'stage-body.known': {
    status: 409,
    zh: '该地区已登记“{party}”的机构。',
    en: 'A body is registered as “{party}” for this region already.',
    satisfyZh: '先终止原登记。',
    satisfyEn: 'End that registration first.',
    sources: ['AUTH-09'],
  },
  'stage-body.end-not-proposed': {
    status: 409,
    zh: '没有人提出终止这项机构登记。',
    en: 'Nobody proposed that this registration ends.',
    satisfyZh: '先由一方管理员提出终止并写明理由。',
    satisfyEn: 'The administrator of one side proposes the end first, with a reason.',
    sources: ['AUTH-09', 'ACC-05'],
  },
  'stage-body.second-side-needed': {
    status: 403,
    zh: '须由安全管理员与平台管理员各一人办理，不得由一方独自登记或终止。',
    en: 'The security administrator and the platform administrator register a body and end it together, never one side alone.',
    satisfyZh: '由另一方的管理员确认。',
    satisfyEn: 'The administrator of the other side confirms it.',
    sources: ['AUTH-09', 'ACC-05'],
  },
} as const satisfies RefusalCatalogue;
