import type { ActContext } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { StaffingView } from '../contract.js';
import { checkStaffing, staffingRules, type StaffingFinding } from '../domain/staffing.js';
import { RoleHoldersRepository } from '../persistence/role-holders.repository.js';

/** Whether there are enough separate people for every rule that wants more than one. */
@Injectable()
export class Staffing {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly holders: RoleHoldersRepository,
  ) {}

  findings(ctx: ActContext): Promise<readonly StaffingFinding[]> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const holders = await this.holders.at(tx, ctx.at);
      return staffingRules.map((rule) => checkStaffing(rule, holders));
    });
  }

  async read(ctx: ActContext): Promise<z.input<typeof StaffingView>> {
    const findings = await this.findings(ctx);
    return {
      at: ctx.at,
      enough: findings.every(({ enough }) => enough),
      rules: findings.map(({ rule, enough, missing }) => ({
        name: rule.name,
        zh: rule.zh,
        en: rule.en,
        sources: [...rule.sources],
        people: rule.places.length,
        enough,
        missing: missing.map((roles) => roles.join(' | ')),
      })),
    };
  }
}
