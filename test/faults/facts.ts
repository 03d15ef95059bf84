import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';

/** What a telling left behind, counted from outside the product: by its owner's connection, not by its API. */
export interface Facts {
  /** Acts of people that the journal has as done, by action. */
  readonly acts: Readonly<Record<string, number>>;
  /** Rows by table and state. */
  readonly states: Readonly<Record<string, number>>;
  /** Rows of tables that the story's acts fill, by table. */
  readonly rows: Readonly<Record<string, number>>;
}

/** Rows of these follow from the acts alone, not from how often something was tried. */
const countedTables = [
  'authorisations.votes',
  'authorisations.approvals',
  'authorisations.data_request_items',
  'authorisations.suspensions',
  'datasets.dataset_copies',
  'datasets.bad_rows',
  'exports.reviews',
  'exports.release_links',
  'identity.people',
  'identity.organisations',
  'identity.role_grants',
  'metering.accounts',
  'metering.entries',
  'metering.statements',
  'seats.revocations',
  'terminations.terminations',
] as const;

export async function ownerOf(dir: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: (await readFile(join(dir, 'secrets', 'database.owner.url'), 'utf8')).trim() });
  await client.connect();
  return client;
}

export async function factsOf(owner: pg.Client): Promise<Facts> {
  const counted = async (sql: string): Promise<Record<string, number>> => {
    const { rows } = await owner.query<{ what: string; n: number }>(sql);
    return Object.fromEntries(rows.map(({ what, n }) => [what, n]));
  };
  const { rows: tables } = await owner.query<{ path: string }>(
    `SELECT format('%s.%s', table_schema, table_name) AS path FROM information_schema.columns JOIN information_schema.tables
       USING (table_schema, table_name) WHERE column_name = 'state' AND table_type = 'BASE TABLE'
       AND table_schema NOT IN ('pg_catalog', 'information_schema', 'platform', 'bullmq') ORDER BY 1`,
  );
  const states: Record<string, number> = {};
  for (const { path } of tables)
    Object.assign(states, await counted(`SELECT '${path} ' || state AS what, count(*)::int AS n FROM ${path} GROUP BY state`));
  const rows: Record<string, number> = {};
  for (const path of countedTables) Object.assign(rows, await counted(`SELECT '${path}' AS what, count(*)::int AS n FROM ${path}`));
  const acts = await counted(
    // Whose download broke off downloads once more: each time is an act of its own.
    `SELECT action AS what, count(*)::int AS n FROM platform.journal WHERE person_id IS NOT NULL AND outcome = 'done'
     AND action NOT IN ('export-request.download-begun', 'export-request.download-ended') GROUP BY action`,
  );
  return { acts, states, rows };
}
