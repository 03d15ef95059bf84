import { sha256 } from '#kernel';
import type { AuthorisationView, ScenarioView } from '#authorisations/contract';
import type { z } from 'zod';
import type { Teller } from '../teller.js';
import { inDays, type World } from '../world.js';

type Authorisation = z.output<typeof AuthorisationView>;
type Scenario = z.output<typeof ScenarioView>;

const items = {
  scope: '省域普惠金融信用评估',
  term: '自签署之日起一年',
  mode: '有条件有偿',
  'revenue-method': '按次计费，收益测算见附件二',
  'security-requirements': '原始数据不出域，等保三级',
  'asset-disposal': '终止后原始数据销毁，成果经审核后移交',
  exit: '终止、撤销、到期的退出程序见第九条',
  liability: '违约责任见第十条',
} as const;

/** The departments with which 浙江 六(四) has an emergency plan drawn up. */
const drawnUpWith = [
  { department: 'cyberspace', body: '省委网信办' },
  { department: 'cryptography', body: '省密码管理局' },
  { department: 'secrecy', body: '省国家保密局' },
  { department: 'public-security', body: '省公安厅' },
  { department: 'state-security', body: '省国家安全厅' },
] as const;

/** Authorisation under the Zhejiang profile: the bodies of its stages registered by two administrators, its four stages by votes, refused without an emergency plan, then in force; a scenario. */
export async function authorisationChapter(teller: Teller, world: World): Promise<void> {
  await teller.step('bodies of the stages registered by the security and the platform administrator together', async () => {
    const parties = { 'expert-panel': 'experts', 'coordination-body': 'coordination', government: 'government' } as const;
    let alone = '';
    for (const [party, name] of Object.entries(parties)) {
      const organisationId = world.organisation(name);
      const body = { authorityId: world.organisation('authority'), party, organisationId, source: '浙江省公共数据授权运营机构名录' };
      const { id } = await world.as('an').post<{ id: string }>('/stage-bodies', body);
      alone = (await world.as('an').refused('stage-body.second-side-needed', 'POST', `/stage-bodies/${id}/confirmations`)).code;
      await world.as('lin').post(`/stage-bodies/${id}/confirmations`, {});
    }
    return { registered: Object.keys(parties), 'one administrator alone registers a body': alone };
  });

  await teller.step('authorisation drafted, submitted, and passed through the four stages of the Zhejiang profile by votes', async () => {
    const drafted = await draft(world);
    const path = `/authorisations/${drafted.id}`;
    world.remember('authorisation', drafted.id);
    await world.as('sun').post(`${path}/submissions`, {});
    await world.as('zhou').post(`${path}/reviews`, {});
    const { digest } = await world.as('zhou').get<Authorisation>(path);
    const early = await world.as('gao').refusedAny('POST', `${path}/votes`, { verdict: 'yes', digest });
    for (const voter of ['zhou', 'yan', 'xie', 'gao'])
      await world.as(voter).post(`${path}/votes`, { verdict: 'yes', digest, reasons: '同意' });
    const reviewed = await world.as('zhou').get<Authorisation>(path);
    return {
      authorisation: drafted.id,
      profile: drafted.profile.lineage,
      votes: reviewed.review?.slots.map((slot) => `${slot.key} ${slot.vote?.verdict ?? 'open'}`) ?? [],
      'a stage before its turn': early.code,
    };
  });

  await teller.step('signed; refused without an emergency plan, then in force', async () => {
    const path = `/authorisations/${world.id('authorisation')}`;
    await world
      .as('zhou')
      .post(`${path}/publications`, { link: 'https://data.zj.gov.cn/notices/2026-118', from: inDays(-1), until: inDays(-1) });
    await world
      .as('zhou')
      .put(`${path}/agreement`, { items, governmentApproval: '浙政函〔2026〕88号', collectiveDecision: '厅务会纪要〔2026〕31号' });
    await world
      .as('zhou')
      .post(`${path}/signings`, { scan: sha256('agreement scan'), signedOn: inDays(0), seal: { digest: sha256('agreement scan') } });
    const refusal = await world.as('zhou').refusedAny('POST', `${path}/activations`, {});
    const filed = await world
      .as('sun')
      .post<Authorisation>(`${path}/emergency-plans`, { digest: sha256('emergency plan'), expiresOn: inDays(360), drawnUpWith });
    await world.as('zhou').post(`${path}/emergency-plans/${filed.emergencyPlan?.id ?? ''}/approvals`, {});
    const active = await world.as('zhou').post<Authorisation>(`${path}/activations`, {});
    return {
      state: active.state,
      rights: active.rights,
      term: active.term,
      'without an emergency plan': `${refusal.code}: ${refusal.satisfy.en}`,
    };
  });

  await teller.step('scenario reviewed and approved', async () => {
    const scenario = await world.as('sun').post<Scenario>('/scenarios', {
      authorisationId: world.id('authorisation'),
      title: '普惠金融信用评估',
      value: '为小微企业主提供信用评估',
      targets: '三个月内上线评估模型，覆盖十家银行',
      scopeOfUse: '仅用于信用评估',
      partners: '无',
      harmPrevention: '结果不含个人信息，人工复核拒贷',
      from: inDays(0),
      until: inDays(300),
      filingNumber: '浙数场备2026-118',
      feasibilityReview: sha256('feasibility'),
      industryOpinion: sha256('opinion'),
    });
    world.remember('scenario', scenario.id);
    const submitted = await world.as('sun').post<Scenario>(`/scenarios/${scenario.id}/submissions`, {});
    const self = await world.as('sun').refusedAny('POST', `/scenarios/${scenario.id}/votes`, { verdict: 'yes', digest: submitted.digest });
    const approved = await world
      .as('zhou')
      .post<Scenario>(`/scenarios/${scenario.id}/votes`, { verdict: 'yes', digest: submitted.digest, reasons: '同意' });
    return { scenario: scenario.id, state: approved.state, 'the unit approving itself': self.code };
  });
}

const draft = (world: World): Promise<Authorisation> =>
  world.as('sun').post<Authorisation>('/authorisations', {
    unitId: world.organisation('unit'),
    authorityId: world.organisation('authority'),
    field: '普惠金融',
    rights: ['processing-use', 'product-operation'],
    grantMode: { mode: 'paid', purpose: 'industry', conditions: '按次计费', valuation: '浙资评〔2026〕第77号' },
    term: { from: inDays(0), until: inDays(360) },
    files: ['application-form', 'financial-reports', 'security-self-assessment', 'security-commitment'].map((kind) => ({
      kind,
      digest: sha256(kind),
      periodEnd: inDays(-60),
    })),
    responsible: { principalId: world.person('sun'), securityLeadId: world.person('li'), department: '数据安全部' },
  });
