import type { Role } from '#kernel';

/** Organisations of the sample story. */
export const sampleOrganisations = {
  platform: { kind: 'vendor', name: '浙江省大数据发展中心（平台运维）', creditCode: '12330000MB0X01234A' },
  authority: { kind: 'authority', name: '浙江省数据局', creditCode: '11330000MB1F56781B', region: 'zhejiang' },
  provider: { kind: 'provider', name: '省公安厅人口管理总队', creditCode: '11330000002482018C' },
  government: { kind: 'authority', name: '浙江省人民政府', creditCode: '11330000MB0G00011E' },
  coordination: { kind: 'authority', name: '公共数据授权运营协调机制', creditCode: '11330000MB0X00022F' },
  experts: { kind: 'evaluator', name: '公共数据授权运营专家组', creditCode: '12330000MB0Y00033G' },
  unit: { kind: 'unit', name: '之江数据运营有限公司', creditCode: '91330106MA2K12345D' },
} as const;
export type SampleOrganisation = keyof typeof sampleOrganisations;

export interface SamplePerson {
  /** `sub` at the embedded issuer. */
  readonly subject: string;
  readonly name: string;
  readonly title: string;
  readonly organisation: SampleOrganisation;
  readonly roles: readonly Role[];
}

/** Everyone of the story: enough separate people for every four-eyes rule. */
export const samplePeople: readonly SamplePerson[] = [
  { subject: 'lin', name: '林平', title: '平台运维 platform operator', organisation: 'platform', roles: ['platform-operator'] },
  { subject: 'an', name: '安宁', title: '安全管理员 security administrator', organisation: 'platform', roles: ['security-admin'] },
  { subject: 'shen', name: '沈计', title: '审计管理员 audit administrator', organisation: 'platform', roles: ['audit-admin'] },
  { subject: 'gao', name: '高省', title: '省政府 government', organisation: 'government', roles: ['authority'] },
  { subject: 'zhou', name: '周正', title: '主管部门 data authority', organisation: 'authority', roles: ['authority'] },
  { subject: 'wu', name: '吴清', title: '主管部门复核 data authority, second', organisation: 'authority', roles: ['authority'] },
  { subject: 'zheng', name: '郑明', title: '主管部门放行 data authority, releases', organisation: 'authority', roles: ['authority'] },
  { subject: 'qian', name: '钱源', title: '数据提供单位 data provider', organisation: 'provider', roles: ['provider'] },
  { subject: 'feng', name: '冯审', title: '结果导出审核员 export reviewer', organisation: 'provider', roles: ['export-reviewer'] },
  { subject: 'sun', name: '孙营', title: '运营单位负责人 unit manager', organisation: 'unit', roles: ['unit-manager'] },
  { subject: 'li', name: '李开', title: '运营单位开发人员 unit developer', organisation: 'unit', roles: ['unit-developer'] },
  {
    subject: 'he',
    name: '何新',
    title: '运营单位新进人员，未备案 unit developer, not filed yet',
    organisation: 'unit',
    roles: ['unit-developer'],
  },
  { subject: 'xie', name: '谢协', title: '协调机制 coordination body', organisation: 'coordination', roles: ['authority'] },
  { subject: 'yan', name: '严专', title: '专家组 expert panel', organisation: 'experts', roles: ['evaluator'] },
];

export const administrators = samplePeople.filter((person) => person.organisation === 'platform');
