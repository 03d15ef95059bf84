import { Controller } from '@nestjs/common';
import type { ActContext } from '#kernel';
import { act, Act, Ctx, In, type Input, type Output } from '#platform/http';
import { Witnesses } from '../application/witnesses.js';
import { Cosign, CosignedView, RegisterWitness, WitnessView } from '../contract.js';

const common = { method: 'POST', roles: ['audit-admin'], scope: 'platform' } as const;
const register = act({
  ...common,
  path: '/audit/witnesses',
  action: 'audit-witness.registered',
  summary: { zh: '登记外部见证人公钥', en: 'Register a witness whose key lies outside the platform' },
  body: RegisterWitness,
  response: WitnessView,
});
const cosign = act({
  ...common,
  path: '/audit/cosignatures',
  action: 'audit-witness.cosigned',
  summary: { zh: '副署检查点', en: 'Cosign a checkpoint: what it covers becomes final' },
  body: Cosign,
  response: CosignedView,
});

@Controller()
export class WitnessesController {
  constructor(private readonly witnesses: Witnesses) {}

  @Act(register)
  register(@Ctx() ctx: ActContext, @In() input: Input<typeof register>): Output<typeof register> {
    return this.witnesses.register(ctx, input.body);
  }
  @Act(cosign)
  cosign(@Ctx() ctx: ActContext, @In() input: Input<typeof cosign>): Output<typeof cosign> {
    return this.witnesses.cosign(ctx, input.body);
  }
}
