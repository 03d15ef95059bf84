import type { ActContext } from '#kernel';
import { SignedDocuments } from '#platform/documents';
import { Act, act, Ctx, idParam, In, type Input, type Output, pageOf } from '#platform/http';
import { Controller } from '@nestjs/common';
import type { z } from 'zod';
import { Openings } from '../application/openings.js';
import { Terminations } from '../application/terminations.js';
import {
  Confirm,
  DecideExits,
  InventoryView,
  OpenTermination,
  OrderDestruction,
  PreviewView,
  SignedCertificate,
  SignedNotice,
  TerminationDetail,
  TerminationsQuery,
  TerminationView,
} from '../contract.js';

const readers = ['platform-operator', 'security-admin', 'audit-admin', 'authority', 'unit-manager'] as const;
const write = { method: 'POST', scope: 'region', params: idParam, response: TerminationView } as const;
const readOne = { method: 'GET', roles: readers, scope: 'unit', params: idParam } as const;

const open = act({
  method: 'POST',
  path: '/terminations',
  action: 'termination.opened',
  summary: { zh: '终止授权或应用场景', en: 'Terminate an authorisation or one scenario: access closes at once' },
  roles: ['authority'],
  scope: 'region',
  body: OpenTermination,
  response: TerminationView,
  cuts: (body) => {
    const { authorisationId, scenarioId } = body as z.output<typeof OpenTermination>;
    return scenarioId === undefined ? { kind: 'authorisation', id: authorisationId } : { kind: 'scenario', id: scenarioId };
  },
});
const confirmation = act({
  ...write,
  path: '/terminations/:id/confirmations',
  action: 'termination.confirmed',
  summary: { zh: '确认销毁', en: 'Confirm the destruction as the second person' },
  roles: ['authority', 'security-admin'],
  body: Confirm,
});
const exits = act({
  ...write,
  path: '/terminations/:id/exits',
  action: 'termination.exit-decided',
  summary: { zh: '逐项决定资产去向', en: 'Decide what becomes of items: release, transfer or destroy' },
  roles: ['authority'],
  body: DecideExits,
});
const destruction = act({
  ...write,
  path: '/terminations/:id/destructions',
  action: 'termination.destruction-ordered',
  summary: { zh: '下令销毁', en: 'Order the destruction' },
  roles: ['authority', 'security-admin'],
  body: OrderDestruction,
  status: 202,
});
const list = act({
  method: 'GET',
  path: '/terminations',
  action: 'termination.listed',
  summary: { zh: '终止案件', en: 'Terminations' },
  roles: readers,
  scope: 'unit',
  query: TerminationsQuery,
  response: pageOf(TerminationView),
});
const read = act({
  ...readOne,
  path: '/terminations/:id',
  action: 'termination.read',
  summary: { zh: '终止案件详情', en: 'A case with its exits and holds' },
  response: TerminationDetail,
});
const inventory = act({
  ...readOne,
  path: '/terminations/:id/inventory',
  action: 'termination.inventory-read',
  summary: { zh: '清点结果', en: 'The inventory from three views and their differences' },
  response: InventoryView,
});
const certificate = act({
  ...readOne,
  path: '/terminations/:id/certificate',
  action: 'termination.certificate-read',
  summary: { zh: '销毁证明（可离线核验）', en: 'The signed destruction certificate, verifiable offline' },
  response: SignedCertificate,
});
const notice = act({
  ...readOne,
  path: '/terminations/:id/notice',
  action: 'termination.notice-read',
  summary: { zh: '未决通知', en: 'The signed pending notice: what is left, why, and when it is tried again' },
  response: SignedNotice,
});
const preview = act({
  ...readOne,
  path: '/authorisations/:id/termination-preview',
  action: 'termination.previewed',
  summary: { zh: '预览终止所及', en: 'What a termination would close' },
  response: PreviewView,
});

@Controller()
export class TerminationsController {
  constructor(
    private readonly openings: Openings,
    private readonly terminations: Terminations,
    private readonly documents: SignedDocuments,
  ) {}

  @Act(open)
  open(@Ctx() ctx: ActContext, @In() input: Input<typeof open>): Output<typeof open> {
    return this.openings.open(ctx, input.body);
  }
  @Act(confirmation)
  confirm(@Ctx() ctx: ActContext, @In() input: Input<typeof confirmation>): Output<typeof confirmation> {
    return this.terminations.confirm(ctx, input.params.id);
  }
  @Act(exits)
  decideExits(@Ctx() ctx: ActContext, @In() input: Input<typeof exits>): Output<typeof exits> {
    return this.terminations.decideExits(ctx, input.params.id, input.body);
  }
  @Act(destruction)
  destroy(@Ctx() ctx: ActContext, @In() input: Input<typeof destruction>): Output<typeof destruction> {
    return this.terminations.destroy(ctx, input.params.id);
  }
  @Act(list)
  async list(@Ctx() ctx: ActContext, @In() input: Input<typeof list>): Output<typeof list> {
    const page = await this.terminations.list(ctx, input.query);
    return { items: [...page.items], next: page.next };
  }
  @Act(read)
  read(@Ctx() ctx: ActContext, @In() input: Input<typeof read>): Output<typeof read> {
    return this.terminations.detail(ctx, input.params.id);
  }
  @Act(inventory)
  readInventory(@Ctx() ctx: ActContext, @In() input: Input<typeof inventory>): Output<typeof inventory> {
    return this.terminations.inventory(ctx, input.params.id);
  }
  @Act(certificate)
  async readCertificate(@Ctx() ctx: ActContext, @In() input: Input<typeof certificate>): Output<typeof certificate> {
    return SignedCertificate.parse(await this.documents.handedOut(ctx, await this.terminations.certificate(ctx, input.params.id)));
  }
  @Act(notice)
  async readNotice(@Ctx() ctx: ActContext, @In() input: Input<typeof notice>): Output<typeof notice> {
    return SignedNotice.parse(await this.documents.handedOut(ctx, await this.terminations.notice(ctx, input.params.id)));
  }
  @Act(preview)
  preview(@Ctx() ctx: ActContext, @In() input: Input<typeof preview>): Output<typeof preview> {
    return this.openings.preview(ctx, input.params.id);
  }
}
