import type { ActContext } from '#kernel';
import { Act, act, Ctx, idParam, In, pageOf, type Input, type Output } from '#platform/http';
import { Controller } from '@nestjs/common';
import { Ledger } from '../application/ledger.js';
import { Statements } from '../application/statements.js';
import { ChargesQuery, ChargeView, DeclareIncome, ReversalView, ReverseCharge, StatementQuery, StatementView } from '../contract.js';

const readers = ['authority', 'unit-manager', 'platform-operator', 'audit-admin', 'evaluator'] as const;
const list = act({
  method: 'GET',
  path: '/charges',
  action: 'charge.listed',
  summary: { zh: '计费项', en: 'Charges: use, pricing, reversals, corrections, income' },
  roles: readers,
  scope: 'unit',
  query: ChargesQuery,
  response: pageOf(ChargeView),
});
const reverse = act({
  method: 'POST',
  path: '/charges/:id/reversals',
  action: 'charge.reversed',
  summary: { zh: '冲正计费项', en: 'Reverse a charge by a linked opposite entry' },
  roles: ['authority'],
  scope: 'region',
  params: idParam,
  body: ReverseCharge,
  response: ReversalView,
});
const declareIncome = act({
  method: 'POST',
  path: '/product-incomes',
  action: 'income.declared',
  summary: { zh: '申报产品收入', en: 'Declare product income of an agreement' },
  roles: ['unit-manager'],
  scope: 'unit',
  body: DeclareIncome,
  response: ChargeView,
});
const statement = act({
  method: 'GET',
  path: '/statements',
  action: 'statement.read',
  summary: { zh: '对账单（每协议每月）', en: 'The statement of an agreement and month, recomputed' },
  roles: readers,
  scope: 'unit',
  query: StatementQuery,
  response: StatementView,
});

@Controller()
export class ChargesController {
  constructor(
    private readonly ledger: Ledger,
    private readonly statements: Statements,
  ) {}

  @Act(list)
  async list(@Ctx() ctx: ActContext, @In() input: Input<typeof list>): Output<typeof list> {
    const page = await this.ledger.list(ctx, input.query);
    return { items: [...page.items], next: page.next };
  }

  @Act(reverse)
  reverse(@Ctx() ctx: ActContext, @In() input: Input<typeof reverse>): Output<typeof reverse> {
    return this.ledger.reverse(ctx, input.params.id, input.body);
  }

  @Act(declareIncome)
  declareIncome(@Ctx() ctx: ActContext, @In() input: Input<typeof declareIncome>): Output<typeof declareIncome> {
    return this.ledger.declareIncome(ctx, input.body);
  }

  @Act(statement)
  read(@Ctx() ctx: ActContext, @In() input: Input<typeof statement>): Output<typeof statement> {
    return this.statements.read(ctx, input.query.authorisationId, input.query.month);
  }
}
