import type { Id } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import { defaultExportPolicy, type ExportPolicy } from '../domain/policy.js';
import { BudgetRow, PolicyRow } from './entities.js';
import { policyTable, budgetTable } from './tables.js';

@Injectable()
export class PoliciesRepository {
  private readonly policies = policyTable;
  private readonly budgets = budgetTable;

  set = (tx: Tx, row: Omit<PolicyRow, 'version'>): Promise<PolicyRow> => this.policies.insert(tx, row);
  page = (tx: Tx, request: PageRequest): Promise<Page<PolicyRow>> => this.policies.page(tx, {}, request);

  /** The newest policy, or the one that the product comes with. */
  async current(tx: Tx): Promise<ExportPolicy> {
    const [row] = await managerOf(tx).find(PolicyRow, { order: { setAt: 'DESC', id: 'DESC' }, take: 1 });
    return row?.policy ?? defaultExportPolicy;
  }

  setBudget = (tx: Tx, row: Omit<BudgetRow, 'version'>): Promise<BudgetRow> => this.budgets.insert(tx, row);

  async budget(tx: Tx, scenarioId: Id): Promise<BudgetRow | undefined> {
    const [row] = await managerOf(tx).find(BudgetRow, { where: { scenarioId }, order: { setAt: 'DESC', id: 'DESC' }, take: 1 });
    return row;
  }
}
