import type { AuditActions } from '#kernel';

export const meteringAuditActions = {
  'price.set': { object: 'price', zh: '确定价格', en: 'price version set' },
  'price.listed': { object: 'price', zh: '查看价目', en: 'prices read' },
  'price.applied': { object: 'price', zh: '对未定价用量补定价', en: 'price applied to unpriced use' },
  'charge.recorded': { object: 'charge', zh: '记入计费项', en: 'charge recorded' },
  'charge.priced': { object: 'charge', zh: '计费项补定价', en: 'unpriced charge priced' },
  'charge.listed': { object: 'charge', zh: '查看计费项', en: 'charges read' },
  'charge.reversed': { object: 'charge', zh: '冲正', en: 'charge reversed' },
  'income.declared': { object: 'charge', zh: '申报产品收入', en: 'product income declared' },
  'statement.opened': { object: 'statement', zh: '开立结算账户', en: 'account of an agreement opened' },
  'statement.read': { object: 'statement', zh: '查看对账单', en: 'statement read' },
  'statement.closed': { object: 'statement', zh: '对账单锁定', en: 'statement locked' },
} satisfies AuditActions;
