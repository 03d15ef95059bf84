import { Controller, Header } from '@nestjs/common';
import { z } from 'zod';
import type { ActContext } from '#kernel';
import { act, Act, Ctx, In, type Input, type Output } from '#platform/http';
import { AuditLog } from '../application/audit-log.js';
import { AuditProofs } from '../application/audit-proofs.js';
import { AuditStatus, ConsistencyQuery } from '../contract.js';
import { consistencyBundle } from '../domain/bundle.js';

const bytes = z.instanceof(Uint8Array);
/** What is left of the path, as C2SP tlog-tiles spells it. */
const rest = z.object({ '*': z.string().max(100) });
const anyone = { method: 'GET', roles: 'signed-in', scope: 'platform' } as const;
const published = { none: 'published for whoever verifies: of no scenario' } as const;

const status = act({
  ...anyone,
  path: '/audit/status',
  action: 'audit-log.status-read',
  summary: { zh: '审计日志状态与未副署窗口', en: 'State of the audit log and the window that no witness covers' },
  response: AuditStatus,
});
const checkpoint = act({
  ...anyone,
  path: '/audit/checkpoint',
  action: 'audit-log.checkpoint-read',
  summary: { zh: '最新检查点', en: 'The newest checkpoint (C2SP signed note)' },
  query: z.object({ cosigned: z.stringbool().default(false).describe('the newest that a witness cosigned') }),
  response: z.string(),
  streams: 'down',
  media: 'text/plain',
  seat: published,
});
const consistency = act({
  ...anyone,
  path: '/audit/consistency',
  action: 'audit-log.consistency-read',
  summary: { zh: '两个检查点之间的一致性证明', en: 'Proof that one checkpoint extends another' },
  query: ConsistencyQuery,
  response: consistencyBundle,
});
const keys = act({
  ...anyone,
  path: '/audit/keys',
  action: 'audit-log.keys-read',
  summary: { zh: '离线验证用公钥', en: 'Public keys for offline verification' },
  response: z.string(),
  streams: 'down',
  media: 'text/plain',
  seat: published,
});
const tile = act({
  ...anyone,
  path: '/audit/tile/*',
  action: 'audit-log.tile-read',
  summary: { zh: '哈希分块(C2SP tlog-tiles);entries/… 为记录包', en: 'Hash tile (C2SP tlog-tiles); entries/… are entry bundles' },
  roles: ['audit-admin', 'security-admin'],
  params: rest,
  response: bytes,
  streams: 'down',
});
const sm3 = act({
  ...anyone,
  path: '/audit/sm3/*',
  action: 'audit-log.sm3-read',
  summary: { zh: '记录的 SM3 摘要', en: 'SM3 digests of the entries of a bundle' },
  roles: ['audit-admin', 'security-admin'],
  params: rest,
  response: bytes,
  streams: 'down',
});

@Controller()
export class AuditLogController {
  constructor(
    private readonly log: AuditLog,
    private readonly proofs: AuditProofs,
  ) {}

  @Act(status)
  readStatus(@Ctx() ctx: ActContext): Output<typeof status> {
    return this.log.status(ctx);
  }
  @Act(checkpoint)
  @Header('content-type', 'text/plain; charset=utf-8')
  readCheckpoint(@Ctx() ctx: ActContext, @In() input: Input<typeof checkpoint>): Output<typeof checkpoint> {
    return this.log.checkpoint(ctx, input.query.cosigned);
  }
  @Act(consistency)
  readConsistency(@Ctx() ctx: ActContext, @In() input: Input<typeof consistency>): Output<typeof consistency> {
    return this.proofs.consistency(ctx, input.query.first, input.query.second);
  }
  @Act(keys)
  @Header('content-type', 'text/plain; charset=utf-8')
  readKeys(@Ctx() ctx: ActContext): Output<typeof keys> {
    return this.proofs.keyFile(ctx);
  }
  @Act(tile)
  @Header('content-type', 'application/octet-stream')
  readTile(@Ctx() ctx: ActContext, @In() input: Input<typeof tile>): Promise<Uint8Array> {
    return this.log.file(ctx, `tile/${input.params['*']}`);
  }
  @Act(sm3)
  @Header('content-type', 'application/octet-stream')
  readSm3(@Ctx() ctx: ActContext, @In() input: Input<typeof sm3>): Promise<Uint8Array> {
    return this.log.file(ctx, `sm3/${input.params['*']}`);
  }
}
