import type { ContextDeclaration } from '#kernel';
import type { DataSource, QueryRunner } from 'typeorm';
import { StateTable } from './state-table.js';
import type { AnyTable } from './versioned-table.js';

/** Every table that the contexts declare. */
export const tablesOf = (contexts: readonly ContextDeclaration[]): readonly AnyTable[] =>
  contexts.flatMap(({ tables }) => (tables ?? []) as readonly AnyTable[]);

/** What the trigger is told of a table; its text is compared, so the order of members counts. */
const rulesOf = (table: { readonly initial: unknown; readonly transitions: unknown }): string =>
  JSON.stringify({ initial: table.initial, edges: table.transitions });

/** Everything that the guards are made from. */
export const guardsOf = (contexts: readonly ContextDeclaration[]): string[] =>
  tablesOf(contexts).flatMap((table) => (table instanceof StateTable ? [`${table.what}:${rulesOf(table)}`] : []));

/**
 * Has the database keep the same edges as the state tables, for what writes past them: an UPDATE by hand, SQL of a later version, a
 * role that should not. Made from the declarations whenever migrations run, and only where they changed, so that no copy of a table of
 * edges stands in SQL and nobody waits for a lock in vain.
 */
export async function keepStates(dataSource: DataSource, runner: QueryRunner, contexts: readonly ContextDeclaration[]): Promise<void> {
  await runner.query(`
    CREATE OR REPLACE FUNCTION platform.keep_states() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE rules jsonb := TG_ARGV[0]::jsonb;
    BEGIN
      IF TG_OP = 'INSERT' AND NOT rules -> 'initial' ? NEW.state THEN
        RAISE EXCEPTION 'a row of %.% does not begin as %', TG_TABLE_SCHEMA, TG_TABLE_NAME, NEW.state USING ERRCODE = 'OD003';
      END IF;
      IF TG_OP = 'UPDATE' AND NEW.state <> OLD.state AND NOT rules -> 'edges' -> OLD.state ? NEW.state THEN
        RAISE EXCEPTION 'a row of %.% does not move from % to %', TG_TABLE_SCHEMA, TG_TABLE_NAME, OLD.state, NEW.state USING ERRCODE = 'OD003';
      END IF;
      RETURN NEW;
    END $$`);
  const kept = (await runner.query(`
    SELECT format('%s.%s', n.nspname, c.relname) AS path, encode(t.tgargs, 'hex') AS rules FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE t.tgname = 'keep_states'`)) as unknown as {
    path: string;
    rules: string;
  }[];
  const known = new Map(kept.map(({ path, rules }) => [path, rules]));
  for (const table of tablesOf(contexts)) {
    if (!(table instanceof StateTable)) continue;
    const path = dataSource.getMetadata(table.entity).tablePath;
    const rules = rulesOf(table);
    if (known.get(path) === Buffer.from(`${rules}\0`).toString('hex')) continue;
    await runner.query(`CREATE OR REPLACE TRIGGER keep_states BEFORE INSERT OR UPDATE OF state ON ${path}
      FOR EACH ROW EXECUTE FUNCTION platform.keep_states('${rules}')`);
  }
}
