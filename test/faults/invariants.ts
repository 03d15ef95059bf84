import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type pg from 'pg';
import { residents } from '../../deploy/embedded/samples/residents.js';
import type { Facts } from './facts.js';

const run = promisify(execFile);

/** What must hold when a story has ended, however it went. Each is asked from outside; in one line what did not hold. */
export interface Ended {
  readonly owner: Pick<pg.Client, 'query'>;
  /** Of the installation: data, logs, secrets. */
  readonly dir: string;
  readonly facts: Facts;
  /** Of a telling without faults. */
  readonly clean: Facts | undefined;
  /** Raw cells that no file outside the object store's ciphertext may hold. */
  readonly rawCells: readonly string[];
  /** How long a transaction may do nothing; 20 seconds where left out. */
  readonly idleSeconds?: number;
}

type Invariant = (ended: Ended) => Promise<readonly string[]>;

const none = (what: string, sql: string): Invariant => {
  return async ({ owner }) => {
    const { rows } = await owner.query<Record<string, unknown>>(sql);
    return rows.slice(0, 5).map((row) => `${what}: ${JSON.stringify(row)}`);
  };
};

/** Counts that must be those of the telling without faults. */
const same = (what: keyof Facts): Invariant => {
  return ({ facts, clean }) => {
    if (clean === undefined) return Promise.resolve([]);
    const names = [...new Set([...Object.keys(facts[what]), ...Object.keys(clean[what])])].sort();
    return Promise.resolve(
      names
        .filter((name) => (facts[what][name] ?? 0) !== (clean[what][name] ?? 0))
        .map((name) => `${what}: ${name} ${String(facts[what][name] ?? 0)} times, without faults ${String(clean[what][name] ?? 0)}`),
    );
  };
};

export const invariants: Readonly<Record<string, Invariant>> = {
  'no act is lost or doubled, and each is audited once': same('acts'),
  'every subject ends where it ends without faults': same('states'),
  'what acts leave is there once': same('rows'),
  'the tree is contiguous': none(
    'the tree has a hole',
    `SELECT count(*)::int AS entries, count(index)::int AS placed, min(index) AS first, max(index) AS last FROM platform.journal
     HAVING count(index) <> count(*) OR min(index) <> 0 OR max(index) <> count(*) - 1`,
  ),
  'no work is dead, since no fault lasted': none('work is dead', `SELECT name, last_error FROM platform.work WHERE state = 'dead'`),
  'no work goes round for ever': none(
    'work goes on failing',
    `SELECT name, state, attempts, losses, last_error, waits_for FROM platform.work
     WHERE state IN ('due', 'leased') AND (attempts > 0 OR waits_for IS NOT NULL)`,
  ),
  'no event waits to be heard': none('an event is not told', 'SELECT type FROM platform.outbox WHERE expanded_at IS NULL'),
  'every revocation has a receipt that comes after it': none(
    'a revocation without a true receipt',
    `SELECT id, state FROM seats.revocations WHERE state <> 'closed'`,
  ),
  'no transaction is left open': async (ended) =>
    none(
      'a transaction is left open',
      `SELECT application_name, state, left(query, 80) AS query FROM pg_stat_activity WHERE datname = current_database()
       AND state LIKE 'idle in transaction%' AND now() - state_change > make_interval(secs => ${String(ended.idleSeconds ?? 20)})`,
    )(ended),
  'nothing raw lies outside': async ({ dir, rawCells }) => {
    const folders = (await readdir(dir)).filter((name) => !name.endsWith('.csv'));
    const args = ['-rlaF', ...rawCells.flatMap((cell) => ['-e', cell]), ...folders.map((name) => join(dir, name))];
    // Exit code 1: no file has any of them; 2: a file went while it was read, as those of a running database do.
    const { stdout } = await run('grep', args, { maxBuffer: 1 << 24 }).catch((fault: unknown) => {
      const { code, stdout: found } = fault as { code?: unknown; stdout?: string };
      if ((code === 1 || code === 2) && found !== undefined) return { stdout: found };
      throw fault;
    });
    return stdout
      .split('\n')
      .filter(Boolean)
      .slice(0, 5)
      .map((file) => `raw cells stand in ${file.slice(dir.length + 1)}`);
  },
};

/** Identity numbers and mobiles of some residents: in UTF-8 and GB 18030 the same bytes. */
export function rawCellsOf(rows: number): readonly string[] {
  const bytes = Buffer.concat([...residents({ rows, badRows: 7 }, () => undefined)]).toString('latin1');
  return [...new Set(bytes.match(/\b[1-9]\d{16}[\dX]\b/g) ?? [])].slice(0, 200);
}

/** @returns what does not hold, each in one line; nothing where all is well */
export async function broken(ended: Ended): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const [promise, holds] of Object.entries(invariants)) for (const line of await holds(ended)) wrong.push(`${promise}: ${line}`);
  return wrong;
}
