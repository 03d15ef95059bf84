import { ok } from './authorised.js';
import type { Answer, Caller } from './medium.js';

export interface Proposal {
  readonly id: string;
  readonly state: string;
  readonly organisationId: string;
}

export const propose = (by: Caller, to: Caller, role: string, scope: unknown): Promise<Answer<Proposal>> =>
  by.post<Proposal>('/role-proposals', { personId: to.personId, role, scope });
export const proposed = async (by: Caller, to: Caller, role: string, scope: unknown): Promise<string> =>
  ok(await propose(by, to, role, scope)).id;
export const confirm = (by: Caller, id: string): Promise<Answer> => by.post(`/role-proposals/${id}/confirmations`);
