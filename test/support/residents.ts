import { residentFields, residents } from '../../deploy/embedded/samples/residents.js';
import type { PlantedRow, ResidentsOptions } from '../../deploy/embedded/samples/residents.js';

export const registration = (providerId: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: '人口基础信息',
  description: '市公安局人口库，脱密前',
  edition: '2026-10',
  grade: 'L4',
  custody: { holderId: providerId, managerId: providerId },
  origin: { system: '人口库', basis: '户口登记条例' },
  useConditions: { text: '仅限获批场景使用' },
  contact: { department: '数据管理科', channel: '政务钉钉群' },
  updateFrequencyDays: 30,
  fields: residentFields,
  ...more,
});

/** All fields but three: asking for every field is refused (REQ-02). */
export const requestedFields = residentFields
  .filter(({ name }) => !['人员编号', '电子邮箱', '备注'].includes(name))
  .map(({ name, class: kind }) => ({ name, sensitive: kind === 'personal' }));

export function residentsFile(options: ResidentsOptions): { bytes: Buffer; planted: PlantedRow[] } {
  const planted: PlantedRow[] = [];
  return { bytes: Buffer.concat([...residents(options, (row) => planted.push(row))]), planted };
}
