import type { ActContext } from '#kernel';
import { Act, act, Ctx, idParam, In, pageOf, type Input, type Output } from '#platform/http';
import { Controller } from '@nestjs/common';
import type { z } from 'zod';
import { Domains, type DomainDetail } from '../application/domains.js';
import { Probes } from '../application/probes.js';
import { AcceptLoss, DomainsQuery, DomainView, OrderView, PlanView, ProbeRunView, RequestDomain } from '../contract.js';

const administrators = ['platform-operator', 'security-admin', 'audit-admin'] as const;

const request = act({
  method: 'POST',
  path: '/operation-domains',
  action: 'domain.requested',
  summary: { zh: '开设运营域', en: 'Request the operation domain of an authorisation' },
  roles: ['platform-operator', 'authority'],
  scope: 'region',
  body: RequestDomain,
  response: DomainView,
});
const list = act({
  method: 'GET',
  path: '/operation-domains',
  action: 'domain.listed',
  summary: { zh: '运营域清单', en: 'List operation domains' },
  roles: 'signed-in',
  scope: 'unit',
  query: DomainsQuery,
  response: pageOf(DomainView),
});
const read = act({
  method: 'GET',
  path: '/operation-domains/:id',
  action: 'domain.read',
  summary: { zh: '运营域', en: 'One operation domain' },
  roles: 'signed-in',
  scope: 'unit',
  params: idParam,
  response: DomainView,
});
const probes = act({
  method: 'GET',
  path: '/operation-domains/:id/probes',
  action: 'domain.probes-read',
  summary: { zh: '最近一次隔离探测', en: 'The last isolation probes and their answers' },
  roles: [...administrators, 'authority', 'evaluator'],
  scope: 'region',
  params: idParam,
  response: pageOf(ProbeRunView),
});
const probe = act({
  method: 'POST',
  path: '/operation-domains/:id/probes',
  action: 'domain.probing-ordered',
  summary: { zh: '重新进行隔离探测', en: 'Run the isolation probes again' },
  roles: [...administrators, 'authority', 'evaluator'],
  scope: 'region',
  params: idParam,
  response: OrderView,
  status: 202,
});
const accept = act({
  method: 'POST',
  path: '/operation-domains/:id/acceptances',
  action: 'domain.loss-accepted',
  summary: { zh: '确认损失', en: 'Accept a recorded loss' },
  roles: ['security-admin', 'authority'],
  scope: 'region',
  params: idParam,
  body: AcceptLoss,
  response: DomainView,
});
const plan = act({
  method: 'GET',
  path: '/operation-domains/:id/plan',
  action: 'domain.plan-read',
  summary: { zh: '变更预演', en: 'What the operator would change now (dry run)' },
  roles: administrators,
  scope: 'platform',
  params: idParam,
  response: PlanView,
});

@Controller()
export class OperationDomainsController {
  constructor(
    private readonly domains: Domains,
    private readonly probing: Probes,
  ) {}

  @Act(request)
  async request(@Ctx() ctx: ActContext, @In() input: Input<typeof request>): Output<typeof request> {
    return viewOf(await this.domains.request(ctx, input.body));
  }

  @Act(list)
  async list(@Ctx() ctx: ActContext, @In() input: Input<typeof list>): Output<typeof list> {
    const page = await this.domains.list(ctx, input.query);
    return { items: page.items.map(viewOf), next: page.next };
  }

  @Act(read)
  async read(@Ctx() ctx: ActContext, @In() input: Input<typeof read>): Output<typeof read> {
    return viewOf(await this.domains.read(ctx, input.params.id));
  }

  @Act(probes)
  async readProbes(@Ctx() ctx: ActContext, @In() input: Input<typeof probes>): Output<typeof probes> {
    const run = await this.probing.last(ctx, input.params.id);
    if (run === undefined) return { items: [], next: null };
    const held = run.verdicts.filter((verdict) => verdict.holds).length;
    return { items: [{ id: run.id, at: run.at, asked: run.verdicts.length, held, verdicts: run.verdicts.map(verdictOf) }], next: null };
  }

  @Act(probe)
  async probe(@Ctx() ctx: ActContext, @In() input: Input<typeof probe>): Output<typeof probe> {
    const { id, kind, requestedAt, doneAt } = await this.probing.order(ctx, input.params.id);
    return { id, kind, requestedAt, doneAt };
  }

  @Act(accept)
  async acceptLoss(@Ctx() ctx: ActContext, @In() input: Input<typeof accept>): Output<typeof accept> {
    return viewOf(await this.domains.acceptLoss(ctx, input.params.id, input.body.reason));
  }

  @Act(plan)
  async readPlan(@Ctx() ctx: ActContext, @In() input: Input<typeof plan>): Output<typeof plan> {
    return { steps: [...(await this.probing.plan(ctx, input.params.id))] };
  }
}

function viewOf({ domain, zones, reconciliation }: DomainDetail): z.input<typeof DomainView> {
  const { id, version, createdAt, authorisationId, unitId, state, quota, troubles } = domain;
  return {
    ...{ id, version, createdAt, authorisationId, unitId, state, quota },
    zones: zones.map(({ zone, namespace, madeAt, lostAt, goneAt }) => ({ zone, namespace, madeAt, lostAt, goneAt })),
    troubles: troubles.map(({ kind, what, since }) => ({ kind, what: [...what], since })),
    reconciled: reconciliation?.at ? { at: reconciliation.at, steps: [...reconciliation.steps], failure: reconciliation.failure } : null,
  };
}

const verdictOf = ({
  zone,
  namespace,
  probe,
  wall,
  holds,
  outcome,
  status,
  message,
}: z.input<typeof ProbeRunView>['verdicts'][number]) => ({
  ...{ zone, namespace, probe, wall, holds, outcome, status, message },
});
