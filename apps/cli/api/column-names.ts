import type { Language } from '../terminal.js';

/** Chinese headings of what lists hold, by the member's name. A list whose member stands not here fails a test. */
const chinese: Readonly<Record<string, string>> = {
  ...{ id: '标识', version: '版本', kind: '类别', state: '状态', status: '状态', name: '名称', title: '标题', description: '说明' },
  ...{ authorisationId: '授权', scenarioId: '应用场景', unitId: '运营单位', organisationId: '机构', authorityId: '主管部门' },
  ...{ providerId: '提供单位', parentId: '上级', personId: '人员', domainId: '运营域', datasetId: '数据资源', copyId: '数据副本' },
  ...{ seatId: '席位', profileId: '属地规则', planId: '脱敏方案', runId: '任务', codeRunId: '模型运行', submissionId: '代码送审' },
  ...{ caseId: '案卷', revocationId: '收回', priceId: '价目', sourceId: '来源标识', linksId: '关联', renewsId: '续签自' },
  ...{ scope: '范围', from: '起', until: '止', validFrom: '生效', validUntil: '失效', endsOn: '到期日', term: '期限' },
  ...{
    digest: '摘要',
    codeDigest: '代码摘要',
    planDigest: '方案摘要',
    manifestDigest: '清单摘要',
    receiptDigest: '回执摘要',
    sha256: 'SHA-256',
  },
  ...{ createdAt: '创建时间', recordedAt: '记录时间', keepUntil: '保存至', approvedAt: '批准时间', requestedAt: '申请时间' },
  ...{ startedAt: '开始时间', finishedAt: '完成时间', submittedAt: '提交时间', reviewedAt: '审核时间', decidedAt: '决定时间' },
  ...{ settledAt: '办结时间', openedAt: '开启时间', closedAt: '办结时间', committedAt: '生效时间', releasedAt: '放行时间' },
  ...{ expiresAt: '失效时间', endedAt: '结束时间', destroyedAt: '销毁时间', readyAt: '就绪时间', publishedAt: '发布时间' },
  ...{ imposedAt: '作出时间', decidedOn: '决定日', signedOn: '签订日', inForceSince: '生效起', lockedAt: '锁定时间', liftedAt: '解除时间' },
  ...{ setAt: '设定时间', usedAt: '使用时间', orderedAt: '下达时间', dueAt: '应执行时间', retryAt: '重试时间', withdrawnAt: '撤回时间' },
  ...{
    terminatedAt: '终止时间',
    confirmedAt: '确认时间',
    effectiveFrom: '施行日',
    lastDay: '最后一日',
    heldFrom: '保全前状态',
    at: '时间',
  },
  ...{
    requestedBy: '申请人',
    requesterId: '申请人',
    submittedBy: '提交人',
    reviewedBy: '审核人',
    reviewerId: '审核人',
    approvedBy: '批准人',
  },
  ...{ imposedBy: '作出人', orderedBy: '下达人', releasedBy: '放行人', proposedBy: '提议人', confirmedBy: '确认人', settledBy: '办结人' },
  ...{
    openedBy: '开启人',
    setBy: '设定人',
    lockedBy: '锁定人',
    liftedBy: '解除人',
    endedBy: '结束人',
    endProposedBy: '结束提议人',
    pausedBy: '暂停事由',
  },
  ...{ reason: '理由', reasons: '理由', ground: '依据', cause: '原因', basis: '法律依据', legalBasis: '法律依据', endReason: '结束事由' },
  ...{ liftReason: '解除理由', freezeReason: '冻结理由', failure: '失败原因', lastError: '最近错误', waits: '等待', outcome: '结果' },
  ...{ index: '序号', standing: '入树状态', entries: '条目数', events: '事件数', lost: '缺失数', complete: '完整', previous: '前一段' },
  ...{
    field: '领域',
    reach: '影响范围',
    revision: '修订号',
    edition: '版次',
    fieldsVersion: '字段版本',
    planRevision: '方案修订号',
    round: '轮次',
  },
  ...{ image: '镜像', purpose: '用途', recipient: '接收方', side: '收支', sourceKind: '来源类别', item: '计费项', unit: '计量单位' },
  ...{ quantity: '数量', unitPriceFen: '单价（分）', amountFen: '金额（分）', priceFen: '单价（分）', month: '月份', mode: '方式' },
  ...{ rows: '行数', rowsIn: '输入行数', rowsOut: '输出行数', bytes: '字节数', columns: '列', line: '行号', sql: 'SQL', engine: '引擎' },
  ...{ grade: '分级', marking: '标识', updateFrequencyDays: '更新周期（天）', maxBadShare: '问题行上限', binding: '绑定' },
  ...{ party: '参与方', verdict: '结论', reference: '文号', externalReference: '外部编号', source: '来源', zone: '区', protocol: '协议' },
  ...{ fromAddress: '源地址', fromPort: '源端口', toPort: '目的端口', to: '目的', bytesIn: '流入字节', bytesOut: '流出字节' },
  ...{
    asked: '询问',
    held: '成立',
    creditCode: '统一社会信用代码',
    region: '行政区划',
    locked: '已锁定',
    theme: '主题',
    zh: '中文',
    en: '英文',
  },
  ...{ shows: '证明方式', sources: '出处', derived: '推导', evidence: '证据', role: '角色', ends: '是否终止', class: '席位类别' },
  ...{ holderLocked: '持有人已锁定', overdue: '逾期', destroyBy: '销毁期限', networkLogsKeptUntil: '网络日志保存至', decision: '决定' },
  ...{
    conclusionDigest: '结论摘要',
    lane: '队列',
    key: '键',
    attempts: '尝试次数',
    losses: '丢失次数',
    year: '年份',
    grantMode: '授权方式',
  },
  ...{
    draftOf: '草案所属',
    supersededBy: '被替代为',
    open: '未完成',
    deadline: '期限',
    locks: '锁定',
    act: '命令',
    what: '说明',
    roles: '角色',
  },
  ...{
    server: '平台',
    reachable: '可连接',
    ready: '就绪',
    signedIn: '已登录',
    subject: '账号',
    issuer: '统一认证',
    tokenEndsAt: '令牌失效',
  },
  ...{ found: '检查结果', audit: '审计名称', process: '进程', secret: '密钥', file: '文件', holds: '内容', ports: '端口' },
};

/** Whether a member has a Chinese heading of its own. */
export const isNamed = (member: string): boolean => chinese[member] !== undefined;

/** The heading of a member: its Chinese name, or its own in words. */
export function columnName(member: string, language: Language): string {
  const named = language === 'zh' ? chinese[member] : undefined;
  return named ?? member.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
