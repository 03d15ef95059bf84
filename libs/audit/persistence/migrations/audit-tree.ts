import { guardWithJournal } from '#platform/database/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tree over the journal: tiles, checkpoints, cosignatures. The entries themselves stay where they were written, in the journal. */
export class AuditTree1763701000000 implements MigrationInterface {
  name = 'AuditTree1763701000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA audit');
    await runner.query(`
      CREATE TABLE audit.log (
        id int PRIMARY KEY CHECK (id = 1), origin text NOT NULL, size bigint NOT NULL DEFAULT 0 CHECK (size >= 0),
        created_at timestamptz NOT NULL DEFAULT now())`);
    await runner.query(`
      CREATE TABLE audit.tiles (
        level int, index bigint, hashes bytea NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
        PRIMARY KEY (level, index))`);
    await runner.query('CREATE TABLE audit.issued (digest text, index bigint, PRIMARY KEY (digest, index))');
    await runner.query(`
      CREATE TABLE audit.checkpoints (
        size bigint PRIMARY KEY, root bytea NOT NULL, note text NOT NULL, signed_at timestamptz NOT NULL)`);
    await runner.query(`
      CREATE TABLE audit.cosignatures (
        size bigint REFERENCES audit.checkpoints (size), name text, line text NOT NULL, cosigned_at timestamptz NOT NULL,
        PRIMARY KEY (size, name))`);
    await runner.query(`
      CREATE TABLE audit.sm2_keys (name text PRIMARY KEY, point bytea NOT NULL, wrapped text NOT NULL, made_at timestamptz NOT NULL DEFAULT now())`);
    await runner.query(`
      CREATE TABLE audit.witnesses (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL, name text NOT NULL UNIQUE, key text NOT NULL,
        held boolean NOT NULL, last_size bigint NOT NULL DEFAULT 0, last_root bytea)`);
    await runner.query(`
      CREATE TABLE audit.cases (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL, requested_by uuid NOT NULL,
        period_from timestamptz NOT NULL, period_until timestamptz NOT NULL, filter jsonb NOT NULL,
        entries int NOT NULL, digest text NOT NULL, object_key text NOT NULL)`);
    for (const table of ['witnesses', 'cases']) await runner.query(guardWithJournal(`audit.${table}`));
    await this.keepGrowing(runner);
    await runner.query(`
      CREATE VIEW audit.v_checkpoints AS
        SELECT size, signed_at, EXISTS (SELECT 1 FROM audit.cosignatures given WHERE given.size = signed.size) AS cosigned
        FROM audit.checkpoints signed`);
  }

  /** What was published only grows: a tile by hashes at its end, everything else by rows. */
  private async keepGrowing(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION audit.only_grow() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'UPDATE' THEN
          IF TG_TABLE_NAME = 'tiles' THEN
            IF NEW.level = OLD.level AND NEW.index = OLD.index AND substring(NEW.hashes FROM 1 FOR length(OLD.hashes)) = OLD.hashes THEN
              RETURN NEW;
            END IF;
          ELSIF TG_TABLE_NAME = 'log' THEN
            IF NEW.origin = OLD.origin AND NEW.size >= OLD.size THEN RETURN NEW; END IF;
          END IF;
        END IF;
        RAISE EXCEPTION 'the audit tree is append-only' USING ERRCODE = 'OD001';
      END $$`);
    for (const table of ['log', 'tiles', 'issued', 'checkpoints', 'cosignatures']) {
      await runner.query(`
        CREATE TRIGGER only_grow BEFORE UPDATE OR DELETE ON audit.${table} FOR EACH ROW EXECUTE FUNCTION audit.only_grow()`);
      await runner.query(`
        CREATE TRIGGER only_grow_whole BEFORE TRUNCATE ON audit.${table} FOR EACH STATEMENT EXECUTE FUNCTION audit.only_grow()`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA audit CASCADE');
  }
}
