import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Journal, outbox, work, inbox, epochs, idempotency: what every context's transaction writes beside its own state. */
export class PlatformTables1763700000000 implements MigrationInterface {
  name = 'PlatformTables1763700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA platform');
    await runner.query(`
      CREATE TABLE platform.journal_keys (id uuid PRIMARY KEY, wrapped text NOT NULL, made_at timestamptz NOT NULL DEFAULT now())`);
    await runner.query(`
      CREATE TABLE platform.journal (
        id uuid PRIMARY KEY, txid xid8 NOT NULL, index bigint UNIQUE,
        recorded_at timestamptz NOT NULL, decided_at timestamptz NOT NULL,
        action text NOT NULL, outcome text NOT NULL CHECK (outcome IN ('done', 'refused', 'read', 'intent', 'outcome')),
        person_id uuid, organisation_id uuid, object_kind text NOT NULL, object_id text NOT NULL,
        unit_id uuid, authorisation_id uuid, scenario_id uuid, domain_id uuid,
        canonical text NOT NULL, sm3 text NOT NULL)`);
    await runner.query('CREATE INDEX journal_tx ON platform.journal (txid, object_id)');
    await runner.query('CREATE INDEX journal_unsequenced ON platform.journal (id) WHERE index IS NULL');
    await runner.query('CREATE INDEX journal_object ON platform.journal (object_id, id)');
    await runner.query('CREATE INDEX journal_person ON platform.journal (person_id, id)');
    await runner.query('CREATE INDEX journal_unit ON platform.journal (unit_id, id)');
    await runner.query(`
      CREATE FUNCTION platform.keep_journal() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'UPDATE' AND OLD.index IS NULL AND NEW.index IS NOT NULL
           AND (to_jsonb(NEW) - 'index') = (to_jsonb(OLD) - 'index') THEN RETURN NEW; END IF;
        RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'OD001';
      END $$`);
    await runner.query(`
      CREATE TRIGGER keep_journal BEFORE UPDATE OR DELETE ON platform.journal FOR EACH ROW EXECUTE FUNCTION platform.keep_journal()`);
    await runner.query(`
      CREATE TRIGGER keep_journal_whole BEFORE TRUNCATE ON platform.journal FOR EACH STATEMENT EXECUTE FUNCTION platform.keep_journal()`);
    await runner.query(`
      CREATE FUNCTION platform.require_journal() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE wanted text := coalesce(TG_ARGV[0], 'id');
              object text := CASE TG_OP WHEN 'DELETE' THEN to_jsonb(OLD) ->> wanted ELSE to_jsonb(NEW) ->> wanted END;
      BEGIN
        IF NOT EXISTS (SELECT 1 FROM platform.journal WHERE txid = pg_current_xact_id() AND object_id = object) THEN
          RAISE EXCEPTION 'a change of %.% without a journal row of the same transaction', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'OD002';
        END IF;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TABLE platform.outbox (
        id uuid PRIMARY KEY, type text NOT NULL, key uuid NOT NULL, payload jsonb NOT NULL, traceparent text,
        created_at timestamptz NOT NULL DEFAULT now(), expanded_at timestamptz)`);
    await runner.query('CREATE INDEX outbox_new ON platform.outbox (created_at) WHERE expanded_at IS NULL');
    await runner.query(`
      CREATE TABLE platform.work (
        id uuid PRIMARY KEY, kind text NOT NULL CHECK (kind IN ('job', 'event')), name text NOT NULL, key uuid NOT NULL,
        event_id uuid REFERENCES platform.outbox (id), payload jsonb NOT NULL DEFAULT '{}',
        unit_id uuid, scenario_id uuid,
        state text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'leased', 'done', 'dead', 'cancelled')),
        attempts int NOT NULL DEFAULT 0, due_at timestamptz NOT NULL DEFAULT now(), again_at timestamptz, rung_at timestamptz,
        lease_owner text, lease_until timestamptz, last_error text, progress jsonb,
        created_at timestamptz NOT NULL DEFAULT now(), finished_at timestamptz, traceparent text,
        UNIQUE (event_id, name))`);
    await runner.query(`CREATE UNIQUE INDEX work_open_once ON platform.work (name, key) WHERE kind = 'job' AND state IN ('due', 'leased')`);
    await runner.query(`CREATE INDEX work_due ON platform.work (due_at) WHERE state = 'due'`);
    await runner.query(`CREATE INDEX work_leased ON platform.work (lease_until) WHERE state = 'leased'`);
    await runner.query('CREATE INDEX work_key ON platform.work (key)');
    await runner.query(`
      CREATE TABLE platform.inbox (event_id uuid, consumer text, consumed_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (event_id, consumer))`);
    await runner.query(`
      CREATE TABLE platform.epochs (kind text, id uuid, epoch bigint NOT NULL, bumped_at timestamptz NOT NULL, PRIMARY KEY (kind, id))`);
    await runner.query(`
      CREATE TABLE platform.idempotency (
        key text, owner text, action text NOT NULL, request_digest text NOT NULL, result jsonb,
        created_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (key, owner))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA platform CASCADE');
  }
}
