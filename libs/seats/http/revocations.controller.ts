import type { ActContext } from '#kernel';
import { SignedDocuments } from '#platform/documents';
import { Act, act, Ctx, idParam, In, type Input, type Output, pageOf, pageQuery } from '#platform/http';
import { Controller } from '@nestjs/common';
import { Revocations } from '../application/revocations.js';
import { RevocationsQuery, RevocationView, RevokeSeat, SignedReceipt } from '../contract.js';

const readers = ['platform-operator', 'security-admin', 'audit-admin', 'authority', 'unit-manager', 'unit-developer'] as const;
const revokeSeat = act({
  method: 'POST',
  path: '/seats/:id/revocations',
  action: 'revocation.ordered',
  summary: { zh: '收回席位', en: 'Revoke a seat; the receipt follows by itself' },
  roles: ['authority', 'security-admin', 'unit-manager'],
  scope: 'unit',
  params: idParam,
  body: RevokeSeat,
  response: RevocationView,
  status: 202,
  cuts: 'seat',
});
const revokePerson = act({
  method: 'POST',
  path: '/people/:id/revocations',
  action: 'revocation.person-ordered',
  summary: { zh: '收回人员的全部席位与令牌', en: 'Revoke every seat of a person, with tokens and sessions' },
  roles: ['security-admin'],
  scope: 'platform',
  params: idParam,
  body: RevokeSeat,
  response: RevocationView,
  status: 202,
  cuts: 'person',
});
const ofSeat = act({
  method: 'GET',
  path: '/seats/:id/revocations',
  action: 'revocation.of-seat-listed',
  summary: { zh: '席位的收回记录', en: 'Revocations and pauses of a seat' },
  roles: readers,
  scope: 'unit',
  params: idParam,
  query: pageQuery,
  response: pageOf(RevocationView),
});
const list = act({
  method: 'GET',
  path: '/revocations',
  action: 'revocation.listed',
  summary: { zh: '收回记录', en: 'Revocations, also by scope or by case (a suspension, a termination)' },
  roles: readers,
  scope: 'unit',
  query: RevocationsQuery,
  response: pageOf(RevocationView),
});
const read = act({
  method: 'GET',
  path: '/revocations/:id',
  action: 'revocation.read',
  summary: { zh: '收回进展', en: 'How far a revocation has come' },
  roles: readers,
  scope: 'unit',
  params: idParam,
  response: RevocationView,
});
const receipt = act({
  method: 'GET',
  path: '/revocations/:id/receipt',
  action: 'revocation.receipt-read',
  summary: { zh: '收回回执（可离线核验）', en: 'The signed receipt, verifiable offline' },
  roles: readers,
  scope: 'unit',
  params: idParam,
  response: SignedReceipt,
});

@Controller()
export class RevocationsController {
  constructor(
    private readonly revocations: Revocations,
    private readonly documents: SignedDocuments,
  ) {}

  @Act(revokeSeat)
  revokeSeat(@Ctx() ctx: ActContext, @In() input: Input<typeof revokeSeat>): Output<typeof revokeSeat> {
    return this.revocations.revokeSeat(ctx, input.params.id, input.body);
  }
  @Act(revokePerson)
  revokePerson(@Ctx() ctx: ActContext, @In() input: Input<typeof revokePerson>): Output<typeof revokePerson> {
    return this.revocations.revokePerson(ctx, input.params.id, input.body);
  }
  @Act(ofSeat)
  async listSeatRevocations(@Ctx() ctx: ActContext, @In() input: Input<typeof ofSeat>): Output<typeof ofSeat> {
    const page = await this.revocations.ofSeat(ctx, input.params.id, input.query);
    return { items: [...page.items], next: page.next };
  }
  @Act(list)
  async list(@Ctx() ctx: ActContext, @In() input: Input<typeof list>): Output<typeof list> {
    const page = await this.revocations.list(ctx, input.query);
    return { items: [...page.items], next: page.next };
  }
  @Act(read)
  read(@Ctx() ctx: ActContext, @In() input: Input<typeof read>): Output<typeof read> {
    return this.revocations.one(ctx, input.params.id);
  }
  @Act(receipt)
  async readReceipt(@Ctx() ctx: ActContext, @In() input: Input<typeof receipt>): Output<typeof receipt> {
    return SignedReceipt.parse(await this.documents.handedOut(ctx, await this.revocations.receipt(ctx, input.params.id)));
  }
}
