import type { AuditActions } from '#kernel';

export const identityAuditActions = {
  'organisation.registered': { object: 'organisation', zh: '登记机构', en: 'organisation registered' },
  'organisation.listed': { object: 'organisation', zh: '查看机构', en: 'organisations read' },
  'person.registered': { object: 'person', zh: '登记人员', en: 'person registered' },
  'person.listed': { object: 'person', zh: '查看人员', en: 'people read' },
  'person.read': { object: 'person', zh: '查看人员材料', en: 'person read' },
  'person.self-read': { object: 'person', zh: '查看本人', en: 'own identity read' },
  'person.affiliated': { object: 'person', zh: '登记所属关系', en: 'affiliation recorded' },
  'person.affiliation-ended': { object: 'person', zh: '终止所属关系', en: 'affiliation ended' },
  'person.role-granted': { object: 'person', zh: '授予角色', en: 'role granted' },
  'person.role-ended': { object: 'person', zh: '收回角色', en: 'role ended' },
  'person.record-filed': { object: 'person', zh: '登记人员材料', en: 'personnel record filed' },
  'person.record-withdrawn': { object: 'person', zh: '撤回人员材料', en: 'personnel record withdrawn' },
} satisfies AuditActions;
