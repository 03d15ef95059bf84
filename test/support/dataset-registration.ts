/** What a provider says of a dataset when it registers it, but for what the test itself says. */
export const registrationOf = (providerId: string, more: Record<string, unknown>): Record<string, unknown> => ({
  name: '常住人口',
  edition: '2026',
  grade: 'L3',
  custody: { holderId: providerId, managerId: providerId },
  origin: { system: '人口库', basis: '职责' },
  useConditions: { text: '仅限授权场景' },
  contact: { department: '数据处', channel: '0571-85000000' },
  updateFrequencyDays: 90,
  ...more,
});
