import type { ActContext } from '#kernel';
import { Act, act, Ctx, idParam, In, type Input, type Output, pageOf } from '#platform/http';
import { Controller } from '@nestjs/common';
import { Seats } from '../application/seats.js';
import { Workspaces } from '../application/workspaces.js';
import {
  CloseWorkspace,
  GrantSeat,
  OpenWorkspace,
  RefuseSeat,
  RequestSeat,
  SeatDetail,
  SeatListed,
  SeatsQuery,
  SeatView,
  WorkspaceView,
} from '../contract.js';

const readers = ['platform-operator', 'security-admin', 'audit-admin', 'authority', 'unit-manager', 'unit-developer'] as const;
const request = act({
  method: 'POST',
  path: '/seats',
  action: 'seat.requested',
  summary: { zh: '申请席位', en: 'Request a seat for one person in one scenario' },
  roles: ['unit-manager'],
  scope: 'unit',
  right: 'processing-use',
  body: RequestSeat,
  response: SeatView,
});
const grant = act({
  method: 'POST',
  path: '/seats/:id/grants',
  action: 'seat.granted',
  summary: { zh: '批准席位', en: 'Grant a seat when every condition holds' },
  roles: ['authority'],
  scope: 'region',
  params: idParam,
  body: GrantSeat,
  response: SeatView,
});
const refuseSeat = act({
  method: 'POST',
  path: '/seats/:id/refusals',
  action: 'seat.refused',
  summary: { zh: '不予批准席位', en: 'Refuse a seat, with reasons' },
  roles: ['authority'],
  scope: 'region',
  params: idParam,
  body: RefuseSeat,
  response: SeatView,
});
const list = act({
  method: 'GET',
  path: '/seats',
  action: 'seat.listed',
  summary: { zh: '席位列表', en: 'Seats within one’s reach' },
  roles: readers,
  scope: 'unit',
  query: SeatsQuery,
  response: pageOf(SeatListed),
});
const read = act({
  method: 'GET',
  path: '/seats/:id',
  action: 'seat.read',
  summary: { zh: '席位详情及各项条件', en: 'A seat with its conditions, evidence and dates' },
  roles: readers,
  scope: 'unit',
  params: idParam,
  response: SeatDetail,
});
const openWorkspace = act({
  method: 'POST',
  path: '/seats/:id/workspaces',
  action: 'workspace.opened',
  summary: { zh: '开启工作台', en: 'Open the seat’s workspace from a catalogue image' },
  roles: ['unit-developer'],
  seat: { none: 'the seat itself is what is opened: the act locks it and asks it' },
  scope: 'own',
  right: 'processing-use',
  params: idParam,
  body: OpenWorkspace,
  response: WorkspaceView,
});
const closeWorkspace = act({
  method: 'POST',
  path: '/workspaces/:id/closings',
  action: 'workspace.closed',
  summary: { zh: '关闭工作台', en: 'Close a workspace; the seat stays' },
  roles: ['unit-developer', 'unit-manager', 'security-admin'],
  seat: { kind: 'workspace', at: 'params.id' },
  scope: 'unit',
  params: idParam,
  body: CloseWorkspace,
  response: WorkspaceView,
});

@Controller()
export class SeatsController {
  constructor(
    private readonly seats: Seats,
    private readonly workspaces: Workspaces,
  ) {}

  @Act(request)
  request(@Ctx() ctx: ActContext, @In() input: Input<typeof request>): Output<typeof request> {
    return this.seats.request(ctx, input.body);
  }
  @Act(grant)
  grant(@Ctx() ctx: ActContext, @In() input: Input<typeof grant>): Output<typeof grant> {
    return this.seats.grant(ctx, input.params.id);
  }
  @Act(refuseSeat)
  refuse(@Ctx() ctx: ActContext, @In() input: Input<typeof refuseSeat>): Output<typeof refuseSeat> {
    return this.seats.refuse(ctx, input.params.id, input.body);
  }
  @Act(list)
  async list(@Ctx() ctx: ActContext, @In() input: Input<typeof list>): Output<typeof list> {
    const page = await this.seats.list(ctx, input.query);
    return { items: [...page.items], next: page.next };
  }
  @Act(read)
  read(@Ctx() ctx: ActContext, @In() input: Input<typeof read>): Output<typeof read> {
    return this.seats.detail(ctx, input.params.id);
  }
  @Act(openWorkspace)
  open(@Ctx() ctx: ActContext, @In() input: Input<typeof openWorkspace>): Output<typeof openWorkspace> {
    return this.workspaces.open(ctx, input.params.id, input.body);
  }
  @Act(closeWorkspace)
  close(@Ctx() ctx: ActContext, @In() input: Input<typeof closeWorkspace>): Output<typeof closeWorkspace> {
    return this.workspaces.close(ctx, input.params.id);
  }
}
