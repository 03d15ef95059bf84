import { dayOf, newId, sha256, systemClock } from '#kernel';
import { numberOf } from './identity-numbers.js';
import { drawnUpWith, registerBody } from './bodies.js';
import type { Answer, Caller, Medium } from './medium.js';

/** A unit at work: its authorisation in force under the Zhejiang profile, one approved scenario, and the people around it. */
export interface Operating {
  readonly authorisationId: string;
  readonly scenarioId: string;
  readonly unitId: string;
  readonly authorityId: string;
  readonly manager: Caller;
  readonly developer: Caller;
  readonly authority: Caller;
}

export const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** The answer's body, or an error that shows what came instead. */
export function ok<T = Record<string, unknown> & { readonly id: string }>(answer: Answer<unknown>): T {
  if (answer.status >= 300) throw new Error(`unexpected answer ${String(answer.status)}: ${JSON.stringify(answer.body)}`);
  return answer.body as T;
}

const personnel: Readonly<Record<string, Record<string, string>>> = {
  'real-name': { level: 'L3' },
  filing: { number: '浙数备〔2026〕018号' },
  vetting: { reviewer: '浙江省数据局', result: 'passed' },
  'confidentiality-agreement': { signer: '本人', period: '离岗后三年', liability: '依协议第七条' },
  training: { certificate: 'ZJ-2026-0411', organiser: '浙江省数据局' },
};

/** Files what a seat needs; `except` leaves some out, `until` lets all but the real name end on a day. */
export async function filePerson(authority: Caller, personId: string, except: readonly string[] = [], until = inDays(300)): Promise<void> {
  for (const [kind, details] of Object.entries(personnel))
    if (!except.includes(kind)) await fileRecord(authority, personId, kind, until, details);
}

export async function fileRecord(
  authority: Caller,
  personId: string,
  kind: string,
  until: string,
  details: Record<string, string> = personnel[kind] ?? {},
): Promise<void> {
  const validUntil = kind === 'real-name' ? null : until;
  ok(
    await authority.post(`/people/${personId}/records`, {
      kind,
      documentedFrom: inDays(-30),
      validUntil,
      evidenceDigest: sha256(kind),
      details,
      ...(kind === 'real-name' ? { identityNumber: numberOf(personId) } : {}),
    }),
  );
}

export async function openOperating(medium: Medium): Promise<Operating> {
  const government = await medium.organisation('authority');
  const authorityId = await medium.organisation('authority', { parentId: government, region: 'zhejiang' });
  const coordination = await medium.organisation('authority');
  const experts = await medium.organisation('evaluator');
  const unitId = await medium.organisation('unit', { parentId: authorityId });
  const bodies = { 'expert-panel': experts, 'coordination-body': coordination, government };
  for (const [party, organisationId] of Object.entries(bodies)) await registerBody(medium, authorityId, party, organisationId);
  const authority = await medium.person(authorityId, ['authority']);
  const governor = await medium.person(government, ['authority']);
  const coordinator = await medium.person(coordination, ['authority']);
  const expert = await medium.person(experts, ['evaluator'], {
    kind: 'mandate',
    organisationId: unitId,
    from: dayOf(systemClock.now()),
    until: inDays(90),
  });
  const manager = await medium.person(unitId, ['unit-manager']);
  const developer = await medium.person(unitId, ['unit-developer']);
  const { id: authorisationId } = ok(await manager.post('/authorisations', application(unitId, authorityId, manager, developer)));
  const path = `/authorisations/${authorisationId}`;
  ok(await manager.post(`${path}/submissions`, {}));
  ok(await authority.post(`${path}/reviews`));
  const { digest } = ok<{ digest: string }>(await authority.get(path));
  for (const voter of [authority, expert, coordinator, governor])
    ok(await voter.post(`${path}/votes`, { verdict: 'yes', digest, reasons: '同意' }));
  await sign(path, authority, manager);
  const scenarioId = await approveScenario(authorisationId, authority, manager);
  return { authorisationId, scenarioId, unitId, authorityId, manager, developer, authority };
}

async function sign(path: string, authority: Caller, manager: Caller): Promise<void> {
  ok(await authority.post(`${path}/publications`, { link: 'https://data.zj.gov.cn/notices/1', from: inDays(-1), until: inDays(-1) }));
  ok(await authority.put(`${path}/agreement`, { items, governmentApproval: '浙政函〔2026〕88号', collectiveDecision: '纪要〔2026〕31号' }));
  ok(await authority.post(`${path}/signings`, { scan: sha256('scan'), signedOn: inDays(0), seal: { digest: sha256('scan') } }));
  const plan = ok<{ emergencyPlan: { id: string } }>(
    await manager.post(`${path}/emergency-plans`, { digest: sha256('plan'), expiresOn: inDays(360), drawnUpWith }),
  );
  ok(await authority.post(`${path}/emergency-plans/${plan.emergencyPlan.id}/approvals`, {}));
  ok(await authority.post(`${path}/activations`, {}));
}

/** Another scenario of the same authorisation. */
export async function approveScenario(authorisationId: string, authority: Caller, manager: Caller): Promise<string> {
  const scenario = ok(
    await manager.post('/scenarios', {
      authorisationId,
      title: `普惠金融信用评估 ${newId().slice(-4)}`,
      value: '为小微企业主提供信用评估',
      targets: '三个月内上线评估模型',
      scopeOfUse: '仅用于信用评估',
      partners: '无',
      harmPrevention: '结果不含个人信息',
      from: inDays(0),
      until: inDays(300),
      filingNumber: `浙数场备${newId().slice(-6)}`,
      feasibilityReview: sha256('feasibility'),
      industryOpinion: sha256('opinion'),
    }),
  );
  const { digest } = ok<{ digest: string }>(await manager.post(`/scenarios/${scenario.id}/submissions`, {}));
  ok(await authority.post(`/scenarios/${scenario.id}/votes`, { verdict: 'yes', digest, reasons: '同意' }));
  return scenario.id;
}

const items = {
  scope: '省域普惠金融信用评估',
  term: '自签署之日起一年',
  mode: '有条件有偿',
  'revenue-method': '按次计费',
  'security-requirements': '原始数据不出域',
  'asset-disposal': '终止后原始数据销毁',
  exit: '退出程序见第九条',
  liability: '违约责任见第十条',
} as const;

const application = (unitId: string, authorityId: string, manager: Caller, developer: Caller): Record<string, unknown> => ({
  unitId,
  authorityId,
  field: '普惠金融',
  rights: ['processing-use', 'product-operation'],
  grantMode: { mode: 'paid', purpose: 'industry', conditions: '按次计费', valuation: '浙资评〔2026〕第77号' },
  term: { from: inDays(0), until: inDays(360) },
  files: ['application-form', 'financial-reports', 'security-self-assessment', 'security-commitment'].map((kind) => ({
    kind,
    digest: sha256(kind),
    periodEnd: inDays(-60),
  })),
  responsible: { principalId: manager.personId, securityLeadId: developer.personId, department: '数据安全部' },
});

/** A developer of the unit, filed, with a seat that was granted. */
export async function seatGranted(medium: Medium, unit: Operating): Promise<{ developer: Caller; seat: { readonly id: string } }> {
  const developer = await medium.person(unit.unitId, ['unit-developer']);
  await filePerson(unit.authority, developer.personId);
  const body = { personId: developer.personId, scenarioId: unit.scenarioId, clause: '第四条', endsOn: inDays(60) };
  const seat = ok(await unit.manager.post('/seats', body));
  ok(await unit.authority.post(`/seats/${seat.id}/grants`, {}));
  return { developer, seat };
}
