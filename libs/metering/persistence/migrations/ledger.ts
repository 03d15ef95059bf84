import { guardWithJournal } from '#platform/database/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Price versions, the ledger and locked statements: written once, never changed, also not by the owner of the tables (META-02, META-04). */
export class Ledger1763701200000 implements MigrationInterface {
  name = 'Ledger1763701200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA metering');
    await runner.query(`
      CREATE FUNCTION metering.keep() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION '%.% is append-only', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'OD003';
      END $$`);
    await runner.query(`
      CREATE TABLE metering.prices (
        id uuid PRIMARY KEY, created_at timestamptz NOT NULL, item text NOT NULL, unit text NOT NULL,
        price_fen bigint NOT NULL CHECK (price_fen >= 0), valid_from date NOT NULL, valid_until date CHECK (valid_until >= valid_from),
        legal_basis text NOT NULL, authorisation_id uuid, set_by uuid NOT NULL, organisation_id uuid NOT NULL)`);
    await runner.query('CREATE INDEX prices_item ON metering.prices (item, authorisation_id)');
    await runner.query(`
      CREATE TABLE metering.accounts (
        authorisation_id uuid PRIMARY KEY, created_at timestamptz NOT NULL, unit_id uuid NOT NULL, closed_through text)`);
    await runner.query(`
      CREATE TABLE metering.entries (
        id uuid PRIMARY KEY, recorded_at timestamptz NOT NULL, side text NOT NULL CHECK (side IN ('cost', 'income')),
        kind text NOT NULL CHECK (kind IN ('use', 'pricing', 'reversal', 'correction', 'income')),
        source_kind text NOT NULL, source_id uuid NOT NULL, item text NOT NULL,
        authorisation_id uuid NOT NULL REFERENCES metering.accounts (authorisation_id), scenario_id uuid, unit_id uuid NOT NULL,
        quantity bigint NOT NULL, price_id uuid REFERENCES metering.prices (id), unit_price_fen bigint, amount_fen bigint,
        used_at timestamptz NOT NULL, month text NOT NULL CHECK (month ~ '^\\d{4}-\\d{2}$'),
        links_id uuid REFERENCES metering.entries (id), reason text, recorded_by uuid,
        CHECK ((links_id IS NULL) = (kind IN ('use', 'income'))), CHECK (kind <> 'reversal' OR reason <> ''))`);
    await runner.query(
      `CREATE UNIQUE INDEX entries_once ON metering.entries (source_kind, source_id, item) WHERE kind IN ('use', 'income')`,
    );
    await runner.query('CREATE UNIQUE INDEX entries_links_once ON metering.entries (links_id, kind) WHERE links_id IS NOT NULL');
    await runner.query('CREATE INDEX entries_statement ON metering.entries (authorisation_id, month)');
    await runner.query('CREATE INDEX entries_unpriced ON metering.entries (item) WHERE amount_fen IS NULL');
    await runner.query('CREATE INDEX entries_unit ON metering.entries (unit_id, id)');
    await runner.query(`
      CREATE TABLE metering.statements (
        authorisation_id uuid NOT NULL REFERENCES metering.accounts (authorisation_id), month text NOT NULL,
        closed_at timestamptz NOT NULL, digest text NOT NULL, cost_fen bigint NOT NULL, income_fen bigint NOT NULL,
        PRIMARY KEY (authorisation_id, month))`);
    for (const table of ['prices', 'entries', 'statements']) {
      await runner.query(`CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON metering.${table} FOR EACH ROW EXECUTE FUNCTION metering.keep()`);
      await runner.query(
        `CREATE TRIGGER keep_whole BEFORE TRUNCATE ON metering.${table} FOR EACH STATEMENT EXECUTE FUNCTION metering.keep()`,
      );
    }
    for (const table of ['prices', 'entries']) await runner.query(guardWithJournal(`metering.${table}`));
    for (const table of ['accounts', 'statements']) await runner.query(guardWithJournal(`metering.${table}`, 'authorisation_id'));
    await runner.query(`
      CREATE VIEW metering.v_unpriced AS
        SELECT entry.id, entry.authorisation_id, entry.unit_id, entry.item, entry.used_at, entry.recorded_at FROM metering.entries entry
        WHERE entry.amount_fen IS NULL AND NOT EXISTS (
          SELECT 1 FROM metering.entries other WHERE other.links_id = entry.id AND other.kind IN ('pricing', 'reversal'))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA metering CASCADE');
  }
}
