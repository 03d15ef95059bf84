import type { ActContext } from '#kernel';
import { act, Act, Ctx, idParam, In, type Input, type Output } from '#platform/http';
import { Controller } from '@nestjs/common';
import { NetworkLogs } from '../application/network-logs.js';
import {
  Completeness,
  CompletenessQuery,
  EventPage,
  EventsQuery,
  SealedSegments,
  SealSegments,
  SegmentCheck,
  SegmentDeleted,
  SegmentPage,
  SegmentsQuery,
  SegmentView,
} from '../contract.js';

const staff = ['security-admin', 'audit-admin', 'platform-operator'] as const;
const common = { method: 'GET', roles: staff, scope: 'platform' } as const;
const list = act({
  ...common,
  path: '/network-log-segments',
  action: 'network-log-segment.listed',
  summary: { zh: '网络日志段清单', en: 'Sealed segments of the network logs' },
  query: SegmentsQuery,
  response: SegmentPage,
});
const read = act({
  ...common,
  path: '/network-log-segments/:id',
  action: 'network-log-segment.read',
  summary: { zh: '网络日志段', en: 'A segment: counts, losses, gaps, digest, term' },
  params: idParam,
  response: SegmentView,
});
const verify = act({
  ...common,
  path: '/network-log-segments/:id/verification',
  action: 'network-log-segment.verified',
  summary: { zh: '核验网络日志段', en: 'Count and digest a stored segment anew' },
  params: idParam,
  response: SegmentCheck,
});
const seal = act({
  ...common,
  method: 'POST',
  path: '/network-log-segments',
  action: 'network-log-segment.sealed',
  summary: { zh: '立即封存至当前时刻', en: 'Seal up to now instead of at the end of the hour' },
  roles: ['security-admin', 'audit-admin'],
  body: SealSegments,
  response: SealedSegments,
});
const remove = act({
  ...common,
  method: 'DELETE',
  path: '/network-log-segments/:id',
  action: 'network-log-segment.deleted',
  summary: { zh: '删除到期网络日志段', en: 'Delete a segment after its term; refused before to every role' },
  roles: [...staff, 'authority'],
  params: idParam,
  response: SegmentDeleted,
});
const completeness = act({
  ...common,
  path: '/network-log-completeness',
  action: 'network-log.completeness-read',
  summary: { zh: '网络日志完整性', en: 'Completeness of the network logs, stream by stream' },
  query: CompletenessQuery,
  response: Completeness,
});
const search = act({
  ...common,
  path: '/network-log-events',
  action: 'network-log-event.listed',
  summary: { zh: '按人员、单位、运营域、地址、时间查询网络日志', en: 'Search by person, unit, domain, address and time' },
  roles: [...staff, 'authority'],
  scope: 'region',
  query: EventsQuery,
  response: EventPage,
});

@Controller()
export class NetworkLogsController {
  constructor(private readonly logs: NetworkLogs) {}

  @Act(list)
  list(@Ctx() ctx: ActContext, @In() input: Input<typeof list>): Output<typeof list> {
    return this.logs.list(ctx, input.query);
  }
  @Act(read)
  read(@Ctx() ctx: ActContext, @In() input: Input<typeof read>): Output<typeof read> {
    return this.logs.read(ctx, input.params.id);
  }
  @Act(verify)
  verify(@Ctx() ctx: ActContext, @In() input: Input<typeof verify>): Output<typeof verify> {
    return this.logs.verify(ctx, input.params.id);
  }
  @Act(seal)
  seal(@Ctx() ctx: ActContext, @In() input: Input<typeof seal>): Output<typeof seal> {
    return this.logs.sealNow(ctx, input.body);
  }
  @Act(remove)
  remove(@Ctx() ctx: ActContext, @In() input: Input<typeof remove>): Output<typeof remove> {
    return this.logs.delete(ctx, input.params.id);
  }
  @Act(completeness)
  readCompleteness(@Ctx() ctx: ActContext, @In() input: Input<typeof completeness>): Output<typeof completeness> {
    return this.logs.completeness(ctx, input.query);
  }
  @Act(search)
  searchNetworkLogEvents(@Ctx() ctx: ActContext, @In() input: Input<typeof search>): Output<typeof search> {
    return this.logs.search(ctx, input.query);
  }
}
