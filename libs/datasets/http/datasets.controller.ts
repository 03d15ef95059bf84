import type { ActContext } from '#kernel';
import { Act, act, Ctx, idParam, In, pageOf } from '#platform/http';
import type { Input, Output } from '#platform/http';
import { Controller } from '@nestjs/common';
import { Datasets } from '../application/datasets.js';
import type { DatasetFacts } from '../application/datasets.js';
import { ApproveFields, DatasetsQuery, DatasetView, DecideFields, FreezeDataset, RegisterDataset, ThawDataset } from '../contract.js';

const register = act({
  method: 'POST',
  path: '/datasets',
  action: 'dataset.registered',
  summary: { zh: '登记数据资源', en: 'Register a holding with its fields, grade and conditions of use' },
  roles: ['provider'],
  scope: 'unit',
  body: RegisterDataset,
  response: DatasetView,
});
const list = act({
  method: 'GET',
  path: '/datasets',
  action: 'dataset.listed',
  summary: { zh: '数据目录', en: 'The catalogue of holdings' },
  roles: 'signed-in',
  scope: 'platform',
  query: DatasetsQuery,
  response: pageOf(DatasetView),
});
const read = act({
  method: 'GET',
  path: '/datasets/:id',
  action: 'dataset.read',
  summary: { zh: '数据资源', en: 'A holding' },
  roles: 'signed-in',
  scope: 'platform',
  params: idParam,
  response: DatasetView,
});
const decideFields = act({
  method: 'PUT',
  path: '/datasets/:id/fields',
  action: 'dataset.fields-decided',
  summary: { zh: '确定字段及其分类分级', en: 'Decide the fields; what protects less waits for the authority' },
  roles: ['provider'],
  scope: 'dataset',
  params: idParam,
  body: DecideFields,
  response: DatasetView,
});
const approveFields = act({
  method: 'POST',
  path: '/datasets/:id/field-approvals',
  action: 'dataset.fields-approved',
  summary: { zh: '同意降低字段保护', en: 'Approve a list of fields that protects less' },
  roles: ['authority'],
  scope: 'region',
  params: idParam,
  body: ApproveFields,
  response: DatasetView,
});
const freeze = act({
  method: 'POST',
  path: '/datasets/:id/freezes',
  action: 'dataset.frozen',
  summary: { zh: '冻结数据资源及其全部副本', en: 'Freeze a holding and all its copies' },
  roles: ['authority', 'security-admin', 'provider'],
  scope: 'dataset',
  params: idParam,
  body: FreezeDataset,
  response: DatasetView,
});
const thaw = act({
  method: 'POST',
  path: '/datasets/:id/thaws',
  action: 'dataset.thawed',
  summary: { zh: '解除冻结', en: 'Thaw a frozen holding' },
  roles: ['authority'],
  scope: 'region',
  params: idParam,
  body: ThawDataset,
  response: DatasetView,
});

@Controller()
export class DatasetsController {
  constructor(private readonly datasets: Datasets) {}

  @Act(register)
  async register(@Ctx() ctx: ActContext, @In() input: Input<typeof register>): Output<typeof register> {
    return viewOf(await this.datasets.register(ctx, input.body));
  }
  @Act(list)
  async list(@Ctx() ctx: ActContext, @In() input: Input<typeof list>): Output<typeof list> {
    const page = await this.datasets.list(ctx, input.query.providerId, input.query);
    return { items: page.items.map(viewOf), next: page.next };
  }
  @Act(read)
  async read(@Ctx() ctx: ActContext, @In() input: Input<typeof read>): Output<typeof read> {
    return viewOf(await this.datasets.read(ctx, input.params.id));
  }
  @Act(decideFields)
  async decideFields(@Ctx() ctx: ActContext, @In() input: Input<typeof decideFields>): Output<typeof decideFields> {
    return viewOf(await this.datasets.decideFields(ctx, input.params.id, input.body));
  }
  @Act(approveFields)
  async approveFields(@Ctx() ctx: ActContext, @In() input: Input<typeof approveFields>): Output<typeof approveFields> {
    return viewOf(await this.datasets.approveFields(ctx, input.params.id, input.body));
  }
  @Act(freeze)
  async freeze(@Ctx() ctx: ActContext, @In() input: Input<typeof freeze>): Output<typeof freeze> {
    return viewOf(await this.datasets.freeze(ctx, input.params.id, input.body));
  }
  @Act(thaw)
  async thaw(@Ctx() ctx: ActContext, @In() input: Input<typeof thaw>): Output<typeof thaw> {
    return viewOf(await this.datasets.thaw(ctx, input.params.id, input.body));
  }
}

const viewOf = (dataset: DatasetFacts) => ({
  ...dataset,
  fields: [...dataset.fields],
  useConditions: { ...dataset.useConditions, purposes: [...dataset.useConditions.purposes] },
  proposal:
    dataset.proposal === null
      ? null
      : { ...dataset.proposal, fields: [...dataset.proposal.fields], lowered: [...dataset.proposal.lowered] },
});
