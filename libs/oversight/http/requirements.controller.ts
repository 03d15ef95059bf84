import type { ActContext } from '#kernel';
import { Act, act, Ctx, In, type Input, type Output } from '#platform/http';
import { Controller } from '@nestjs/common';
import type { z } from 'zod';
import { Board } from '../application/board.js';
import { LiveRequirements } from '../application/live-requirements.js';
import { Staffing } from '../application/staffing.js';
import { BoardView, RequirementsDocument, RequirementsQuery, RequirementsView, StaffingView } from '../contract.js';

const inspectors = ['authority', 'evaluator', 'platform-operator', 'security-admin', 'audit-admin'] as const;
const list = act({
  method: 'GET',
  path: '/requirements',
  action: 'requirement.listed',
  summary: { zh: '合规看板：各项要求与实时证据', en: 'Compliance board: each requirement with its live evidence' },
  roles: inspectors,
  scope: 'platform',
  query: RequirementsQuery,
  response: RequirementsView,
});
const exported = act({
  method: 'GET',
  path: '/requirements/export',
  action: 'requirement.exported',
  summary: { zh: '导出合规看板（签名文件）', en: 'The compliance board as a signed document' },
  roles: inspectors,
  scope: 'platform',
  response: RequirementsDocument,
});
const board = act({
  method: 'GET',
  path: '/board',
  action: 'board.read',
  summary: { zh: '监管看板', en: 'What stands where, what waits, what is overdue' },
  roles: inspectors,
  scope: 'region',
  response: BoardView,
});
const staffing = act({
  method: 'GET',
  path: '/staffing',
  action: 'staffing.read',
  summary: { zh: '人员配置检查', en: 'Are there enough separate people for every four-eyes rule?' },
  roles: ['authority', 'platform-operator', 'security-admin', 'audit-admin'],
  scope: 'platform',
  response: StaffingView,
});

@Controller()
export class RequirementsController {
  constructor(
    private readonly requirements: LiveRequirements,
    private readonly boards: Board,
    private readonly people: Staffing,
  ) {}

  @Act(list)
  list(@In() input: Input<typeof list>): Output<typeof list> {
    return this.requirements.list(input.query);
  }

  @Act(exported)
  async exportRequirements(@Ctx() ctx: ActContext): Output<typeof exported> {
    return (await this.requirements.export(ctx)) as unknown as z.input<typeof RequirementsDocument>;
  }

  @Act(board)
  readBoard(@Ctx() ctx: ActContext): Output<typeof board> {
    return this.boards.read(ctx);
  }

  @Act(staffing)
  readStaffing(@Ctx() ctx: ActContext): Output<typeof staffing> {
    return this.people.read(ctx);
  }
}
