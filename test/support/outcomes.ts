import type { Medium } from './medium.js';

/** What a refused request is answered with, to match against. */
export const refused = (code: string, status: number) => ({ status, body: { code } });

/** Types of the events published under a key, in order. */
export const eventsOf = async (medium: Medium, key: string): Promise<string[]> =>
  (await medium.sql<{ type: string }>('SELECT type FROM platform.outbox WHERE key = $1 ORDER BY id', [key])).map((row) => row.type);

/** How often an act was done to an object, by the journal. */
export const timesDone = async (medium: Medium, objectId: string, action: string): Promise<number> =>
  (await medium.sql(`SELECT 1 FROM platform.journal WHERE object_id = $1 AND action = $2 AND outcome = 'done'`, [objectId, action])).length;

export const epochOf = async (medium: Medium, kind: string, id: string): Promise<number> =>
  Number((await medium.sql<{ epoch: string }>('SELECT epoch FROM platform.epochs WHERE kind = $1 AND id = $2', [kind, id]))[0]?.epoch ?? 0);
