import { dayOf, newId, sha256, systemClock } from '#kernel';
import { drawnUpWith, registerBody } from './bodies.js';
import type { Answer, Caller, Medium } from './medium.js';

const day = (ahead: number): string => dayOf(new Date(Date.parse(systemClock.now()) + ahead * 86_400_000).toISOString());
export const days = day;
export const someDigest = (text: string = newId()): string => sha256(text);

/** Answers below 300 or throws what was answered. */
export function ok<T>(answer: Answer<T>): T {
  if (answer.status >= 300) throw new Error(`unexpected answer ${String(answer.status)}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

export interface ReviewView {
  readonly state: string;
  readonly digest: string;
  readonly slots: readonly { readonly key: string; readonly open: boolean; readonly party: string; readonly organisationId: string }[];
}
export interface AuthorisationAnswer {
  readonly id: string;
  readonly version: number;
  readonly state: string;
  readonly digest: string;
  readonly review: ReviewView | null;
  readonly emergencyPlan: { readonly id: string; readonly standing: string } | null;
  readonly suspensionId: string | null;
}

/** An authority with the people whom its stages need, a unit with manager and developer, a provider. */
export interface Cast {
  readonly authority: string;
  readonly unit: string;
  readonly provider: string;
  readonly manager: Caller;
  readonly developer: Caller;
  readonly officer: Caller;
  readonly secondOfficer: Caller;
  readonly expert: Caller;
  readonly coordinator: Caller;
  readonly governor: Caller;
  readonly steward: Caller;
}

export async function openCast(medium: Medium, region = 'zhejiang'): Promise<Cast> {
  const government = await medium.organisation('authority', { region });
  const authority = await medium.organisation('authority', { region, parentId: government });
  const [unit, provider, panel, coordination] = [
    await medium.organisation('unit', { parentId: authority }),
    await medium.organisation('provider', { parentId: authority }),
    await medium.organisation('evaluator'),
    await medium.organisation('authority'),
  ];
  const bodies = { 'expert-panel': panel, 'coordination-body': coordination, government, ...(region === 'qingtian' ? { provider } : {}) };
  for (const [party, organisationId] of Object.entries(bodies)) await registerBody(medium, authority, party, organisationId);
  return {
    authority,
    unit,
    provider,
    manager: await medium.person(unit, ['unit-manager']),
    developer: await medium.person(unit, ['unit-developer']),
    officer: await medium.person(authority, ['authority']),
    secondOfficer: await medium.person(authority, ['authority']),
    expert: await medium.person(panel, ['evaluator']),
    coordinator: await medium.person(coordination, ['authority']),
    governor: await medium.person(government, ['authority']),
    steward: await medium.person(provider, ['provider']),
  };
}

export const application = (cast: Cast, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  field: '普惠金融',
  rights: ['processing-use', 'product-operation'],
  grantMode: { mode: 'paid', purpose: 'industry', conditions: '按次计费', valuation: '估值报告 2026-01' },
  term: { from: day(0), until: day(700) },
  files: ['application-form', 'financial-reports', 'security-self-assessment', 'security-commitment'].map((kind) => ({
    kind,
    digest: someDigest(kind),
    periodEnd: day(-30),
  })),
  responsible: { principalId: cast.manager.personId, securityLeadId: cast.manager.personId, department: '数据安全部' },
  ...more,
});

export const agreement = { governmentApproval: '政函〔2026〕1号', items: agreementItems() };
function agreementItems(): Record<string, string> {
  const keys = ['scope', 'term', 'mode', 'revenue-method', 'security-requirements', 'asset-disposal', 'exit', 'liability'];
  return Object.fromEntries(keys.map((key) => [key, `条款：${key}`]));
}

/** Drafted, reviewed by every stage and publicised, with an agreement that can be signed. @returns its path */
export async function signable(cast: Cast, more: Record<string, unknown> = {}): Promise<string> {
  const { officer, manager } = cast;
  const drafted = ok(await officer.post<AuthorisationAnswer>('/authorisations', { unitId: cast.unit, ...application(cast, more) }));
  const path = `/authorisations/${drafted.id}`;
  ok(await manager.post(`${path}/submissions`, {}));
  const { digest, review } = ok(await officer.post<AuthorisationAnswer>(`${path}/reviews`));
  const voters: Readonly<Record<string, Caller>> = {
    authority: cast.secondOfficer,
    'expert-panel': cast.expert,
    'coordination-body': cast.coordinator,
    government: cast.governor,
    provider: cast.steward,
  };
  for (const { party } of review?.slots ?? []) ok(await (voters[party] as Caller).post(`${path}/votes`, { verdict: 'yes', digest }));
  ok(await officer.post(`${path}/publications`, { link: 'https://www.example.cn/gs/1', from: day(0) }));
  ok(await officer.put(`${path}/agreement`, agreement));
  return path;
}

export const signing = (): Record<string, unknown> => {
  const scan = someDigest();
  return { scan, signedOn: day(0), seal: { digest: scan } };
};
/** Signed; not in force. */
export async function signed(cast: Cast, more: Record<string, unknown> = {}): Promise<AuthorisationAnswer> {
  return ok(await cast.officer.post<AuthorisationAnswer>(`${await signable(cast, more)}/signings`, signing()));
}

/** Signed, with an approved emergency plan, in force. */
export async function inForce(cast: Cast, more: Record<string, unknown> = {}): Promise<AuthorisationAnswer> {
  const { id } = await signed(cast, more);
  const filed = ok(
    await cast.manager.post<AuthorisationAnswer>(`/authorisations/${id}/emergency-plans`, { digest: someDigest(), drawnUpWith }),
  );
  ok(await cast.officer.post(`/authorisations/${id}/emergency-plans/${filed.emergencyPlan?.id ?? ''}/approvals`));
  return ok(await cast.officer.post<AuthorisationAnswer>(`/authorisations/${id}/activations`));
}

export interface ScenarioAnswer {
  readonly id: string;
  readonly state: string;
  readonly digest: string;
}

export const scenarioPlan = (authorisationId: string): Record<string, unknown> => ({
  authorisationId,
  title: '小微企业信贷风控',
  value: '降低融资成本',
  targets: '两年内服务一千家企业',
  scopeOfUse: '仅用于信贷审批',
  partners: '无',
  harmPrevention: '仅输出评分，不输出个人信息',
  from: day(0),
  until: day(365),
});

export async function approvedScenario(cast: Cast, authorisationId: string): Promise<ScenarioAnswer> {
  const { id } = ok(await cast.manager.post<ScenarioAnswer>('/scenarios', scenarioPlan(authorisationId)));
  const { digest } = ok(await cast.manager.post<ScenarioAnswer>(`/scenarios/${id}/submissions`, {}));
  return ok(await cast.officer.post<ScenarioAnswer>(`/scenarios/${id}/votes`, { verdict: 'yes', digest }));
}

export interface RequestedItem {
  readonly id: string;
  readonly state: string;
  readonly digest: string;
  readonly open: readonly string[];
  readonly withheld: readonly { readonly field: string; readonly because: string }[];
}
export interface RequestAnswer {
  readonly id: string;
  readonly revision: number;
  readonly items: readonly RequestedItem[];
}

export const requestedItem = (
  cast: Cast,
  datasetId: string,
  fields: readonly { name: string; sensitive: boolean }[],
): Record<string, unknown> => ({
  datasetId,
  providerId: cast.provider,
  fields: fields.map((field) => ({ ...field, purpose: '建模', basis: field.sensitive ? { kind: 'masking-plan' } : null })),
  rows: { what: '本市户籍人口', purpose: '建模样本' },
  period: { what: '最近一年', purpose: '最近一个完整年度', from: '2025-01-01', until: '2025-12-31' },
  frequency: '每季一次',
  use: '训练评分模型',
});

/** A request whose items provider and authority have all approved. */
export async function grantedRequest(cast: Cast, scenarioId: string, items: readonly Record<string, unknown>[]): Promise<RequestAnswer> {
  const created = ok(await cast.manager.post<RequestAnswer>('/data-requests', { scenarioId, externalReference: `IRS-${newId()}`, items }));
  const path = `/data-requests/${created.id}`;
  let answer = ok(await cast.manager.post<RequestAnswer>(`${path}/submissions`, {}));
  for (const { id, digest } of answer.items)
    for (const voter of [cast.steward, cast.officer])
      answer = ok(await voter.post<RequestAnswer>(`${path}/items/${id}/votes`, { verdict: 'yes', digest }));
  return answer;
}
