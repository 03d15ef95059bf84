import { authorisationsContext } from '#authorisations';
import { coderunsContext } from '#coderuns';
import { datasetsContext } from '#datasets';
import { desensitisationContext } from '#desensitisation';
import { domainsContext } from '#domains';
import { identityContext } from '#identity';
import { newId, type ContextDeclaration } from '#kernel';
import { seatsContext } from '#seats';
import type { z } from 'zod';
import { residentFields, residents } from '../../deploy/embedded/samples/residents.js';
import type { DesensitisationPlanView, DesensitisationRunView } from '../../libs/desensitisation/contract.js';
import type { OpdomainConfig } from '../../apps/composition/config.js';
import { openMedium, type Answer, type Caller, type Medium } from './medium.js';
import { filePerson, inDays, ok, openOperating, type Operating } from './operating.js';

export type Plan = z.output<typeof DesensitisationPlanView>;
export type Run = z.output<typeof DesensitisationRunView>;

/** A unit at work with data: residents delivered into its scenario, all fields but the bank card granted, a developer with a seat. */
export interface Delivered {
  readonly medium: Medium;
  readonly operating: Operating;
  /** The provider's person. */
  readonly steward: Caller;
  /** An export reviewer of no side. */
  readonly reviewer: Caller;
  readonly datasetId: string;
  readonly copyId: string;
  /** @returns the path of the granted item. */
  grant(fields: readonly string[], scenarioId?: string, basisOf?: (field: string) => object): Promise<string>;
  deliver(scenarioId?: string): Promise<string>;
  propose(by?: Caller, copy?: string): Promise<Plan>;
  approve(plan: Plan, by?: Caller): Promise<Answer<Plan>>;
  /** Orders a run and waits for its end. */
  run(plan: Plan): Promise<Run>;
  ended(runId: string): Promise<Run>;
  /** Everything in the database, as text: what may never hold a raw value. */
  everythingKept(): Promise<string>;
  close(): Promise<void>;
}

/** A value of the raw data of which no trace may be left elsewhere. */
export const canary = '13800138000';
export const deliveredRows = 3000;
const granted = residentFields.map(({ name }) => name).filter((name) => name !== '银行卡号');

export const deliveredContexts: readonly ContextDeclaration[] = [
  identityContext,
  authorisationsContext,
  datasetsContext,
  { ...domainsContext, jobs: [] },
  seatsContext,
  desensitisationContext,
  coderunsContext,
];

/** Without a cluster no domain is made: what is shown on this is everything else. */
export async function openDelivered(
  config?: (config: OpdomainConfig) => OpdomainConfig,
  contexts: readonly ContextDeclaration[] = deliveredContexts,
): Promise<Delivered> {
  const medium = await openMedium({ contexts, worker: true, ...(config === undefined ? {} : { config }) });
  const operating = await openOperating(medium);
  const provider = await medium.organisation('provider', { parentId: operating.authorityId });
  const steward = await medium.person(provider, ['provider']);
  const reviewer = await medium.person(await medium.organisation('evaluator'), ['export-reviewer'], { kind: 'platform' });
  await seat(operating, operating.developer);
  const datasetId = ok(await steward.post('/datasets', holding(provider))).id;

  const grant: Delivered['grant'] = async (fields, scenarioId = operating.scenarioId, basisOf = () => ({ kind: 'masking-plan' })) => {
    type Request = { id: string; items: { id: string; digest: string; state: string }[] };
    const item = {
      datasetId,
      providerId: provider,
      fields: fields.map((name) => ({ name, purpose: '建模', sensitive: true, basis: basisOf(name) })),
      rows: { what: '全省常住人口', purpose: '建模' },
      period: { what: '最近一年', purpose: '建模', from: inDays(-365), until: inDays(300) },
      frequency: '一次',
      use: '信用评估模型',
    };
    const created = ok<Request>(
      await operating.manager.post('/data-requests', { scenarioId, externalReference: `IRS-${newId()}`, items: [item] }),
    );
    const path = `/data-requests/${created.id}`;
    let answer = ok<Request>(await operating.manager.post(`${path}/submissions`, {}));
    for (const voter of [steward, operating.authority])
      answer = ok<Request>(
        await voter.post(`${path}/items/${answer.items[0]?.id ?? ''}/votes`, { verdict: 'yes', digest: answer.items[0]?.digest }),
      );
    if (answer.items[0]?.state !== 'in-force') throw new Error('the item is not in force');
    return `${path}/items/${answer.items[0].id}`;
  };
  const deliver = async (scenarioId = operating.scenarioId): Promise<string> => {
    const text = Buffer.concat([...residents({ rows: deliveredRows, encoding: 'utf8' })]).toString('utf8');
    const uploadId = await upload(medium, steward, Buffer.from(text.replace(/,1[3-9]\d{9},/, `,${canary},`)));
    const body = { datasetId, scenarioId, uploadId, format: { kind: 'csv', encoding: 'utf-8' } };
    const { id } = ok(await steward.post('/dataset-copies', body));
    await medium.until(
      async () => {
        const { state, failure } = ok<{ state: string; failure: unknown }>(await steward.get(`/dataset-copies/${id}`));
        if (state === 'failed') throw new Error(JSON.stringify(failure));
        return state === 'ready';
      },
      'the import',
      120,
    );
    return id;
  };
  const ended: Delivered['ended'] = (id) =>
    medium.until(
      async () => {
        const run = ok<Run>(await operating.developer.get(`/desensitisation-runs/${id}`));
        return run.finishedAt !== null && run;
      },
      'the run to end',
      120,
    );
  await grant(granted);
  const copyId = await deliver();
  return {
    ...{ medium, operating, steward, reviewer, datasetId, copyId, grant, deliver, ended },
    async propose(by = steward, copy = copyId) {
      const { id } = ok<Plan>(await by.post(`/dataset-copies/${copy}/plan-proposals`, {}));
      return medium.until(
        async () => {
          const plan = ok<Plan>(await by.get(`/desensitisation-plans/${id}`));
          return plan.state !== 'proposing' && plan;
        },
        'the proposal',
        60,
      );
    },
    approve: (plan, by = steward) =>
      by.post<Plan>(`/desensitisation-plans/${plan.id}/approvals`, { revision: plan.revision, digest: plan.digest }),
    run: async (plan) => ended(ok<Run>(await operating.manager.post<Run>('/desensitisation-runs', { planId: plan.id })).id),
    async everythingKept() {
      const tables = await medium.sql<{ name: string }>(
        "SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) AS name FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')",
      );
      const texts: string[] = [];
      for (const { name } of tables) texts.push(JSON.stringify(await medium.sql(`SELECT * FROM ${name}`)));
      return texts.join('\n');
    },
    close: () => medium.close(),
  };
}

export async function seat(operating: Operating, person: Caller): Promise<void> {
  await filePerson(operating.authority, person.personId);
  const request = { personId: person.personId, scenarioId: operating.scenarioId, clause: '授权协议第四条', endsOn: inDays(60) };
  const { id } = ok(await operating.manager.post('/seats', request));
  ok(await operating.authority.post(`/seats/${id}/grants`, {}));
}

const holding = (provider: string): Record<string, unknown> => ({
  name: '常住人口基础信息',
  edition: '2026.10',
  grade: 'L4',
  custody: { holderId: provider, managerId: provider },
  origin: { system: '省人口综合库', basis: '省公共数据目录 2026' },
  useConditions: { text: '仅限获批场景' },
  contact: { department: '人口管理总队', channel: '政务钉钉' },
  fields: residentFields,
});

/** In one part, over a real connection: the tus library takes over the socket. */
async function upload(medium: Medium, by: Caller, bytes: Buffer): Promise<string> {
  const base = `${await medium.app.getUrl()}/api/v1/uploads`;
  const headers = { authorization: `Bearer ${await by.token()}`, 'tus-resumable': '1.0.0' };
  const created = await fetch(base, {
    method: 'POST',
    headers: { ...headers, 'upload-length': String(bytes.length), 'idempotency-key': newId() },
  });
  const id = created.headers.get('location')?.split('/').at(-1) ?? '';
  const patch = { ...headers, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' };
  const sent = await fetch(`${base}/${id}`, { method: 'PATCH', headers: patch, body: new Uint8Array(bytes) });
  if (sent.status !== 204) throw new Error(`the upload stopped: ${String(sent.status)}`);
  return id;
}
