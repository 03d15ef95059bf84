import type { Medium } from './medium.js';

/** Enters an organisation as a body of a region: by the security administrator, confirmed by the platform administrator. */
export async function registerBody(medium: Medium, authorityId: string, party: string, organisationId: string): Promise<string> {
  const body = { authorityId, party, organisationId, source: '机构名录〔2026〕1号' };
  const proposed = await medium.security.post<{ id: string }>('/stage-bodies', body);
  const confirmed = await medium.operator.post<{ state?: string }>(`/stage-bodies/${proposed.body.id}/confirmations`);
  if (confirmed.body.state !== 'registered') throw new Error(JSON.stringify([proposed.body, confirmed.body]));
  return proposed.body.id;
}

/** Ends a registration: proposed by the security administrator, confirmed by the platform administrator. */
export async function endBody(medium: Medium, id: string): Promise<void> {
  const path = `/stage-bodies/${id}/endings`;
  const proposed = await medium.security.post(path, { reason: '换届' });
  const ended = await medium.operator.post<{ state?: string }>(`${path}/confirmations`);
  if (ended.body.state !== 'ended') throw new Error(JSON.stringify([proposed.body, ended.body]));
}

/** Who drew up an emergency plan: all the departments that any text names. */
export const drawnUpWith = ['cyberspace', 'cryptography', 'secrecy', 'public-security', 'state-security'].map((department) => ({
  department,
  body: `省级部门 ${department}`,
}));
