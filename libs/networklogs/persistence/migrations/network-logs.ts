import { guardWithJournal } from '#platform/database/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Events by day (searches are pruned to the days they ask for), their sealed segments, and the streams that must have them. */
export class NetworkLogs1763701100000 implements MigrationInterface {
  name = 'NetworkLogs1763701100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA networklogs');
    await runner.query(`
      CREATE TABLE networklogs.streams (
        id uuid PRIMARY KEY, domain_id uuid, zone text NOT NULL, authorisation_id uuid, unit_id uuid,
        since timestamptz NOT NULL, terminated_at timestamptz, ended_at timestamptz,
        UNIQUE NULLS NOT DISTINCT (domain_id, zone))`);
    await runner.query(`
      CREATE TABLE networklogs.segments (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL, domain_id uuid, zone text NOT NULL,
        span_from timestamptz NOT NULL, span_until timestamptz NOT NULL CHECK (span_until > span_from),
        events bigint NOT NULL, lost bigint NOT NULL, gaps jsonb NOT NULL, content text NOT NULL, previous text, digest text NOT NULL,
        object_key text NOT NULL, object_version text NOT NULL, keep_until timestamptz NOT NULL, keep_months int NOT NULL,
        terminated_at timestamptz, UNIQUE NULLS NOT DISTINCT (domain_id, zone, span_from))`);
    await runner.query(guardWithJournal('networklogs.segments'));
    await runner.query(`
      CREATE TABLE networklogs.events (
        id uuid NOT NULL, started_at timestamptz NOT NULL, ended_at timestamptz, source text NOT NULL, domain_id uuid, zone text NOT NULL,
        person_id uuid, unit_id uuid, seat_id uuid, from_address inet, from_port int, target text NOT NULL, target_port int,
        protocol text NOT NULL, bytes_in bigint, bytes_out bigint, verdict text NOT NULL, reason text NOT NULL, segment_id uuid,
        PRIMARY KEY (started_at, id)) PARTITION BY RANGE (started_at)`);
    for (const column of ['person_id', 'unit_id', 'domain_id', 'from_address'])
      await runner.query(`CREATE INDEX events_${column} ON networklogs.events (${column}, started_at)`);
    await runner.query('CREATE INDEX events_segment ON networklogs.events (segment_id)');
    await runner.query('CREATE INDEX events_unsealed ON networklogs.events (domain_id, zone, started_at) WHERE segment_id IS NULL');
    await runner.query(`
      CREATE FUNCTION networklogs.ensure_day(day date) RETURNS void LANGUAGE plpgsql AS $$
      BEGIN
        EXECUTE format('CREATE TABLE IF NOT EXISTS networklogs.%I PARTITION OF networklogs.events FOR VALUES FROM (%L) TO (%L)',
          'events_' || to_char(day, 'YYYYMMDD'), day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
      END $$`);
    await this.keep(runner);
  }

  /** LOG-01 and LOG-02 in the database itself, so that they hold for whoever writes SQL through the product or beside it. */
  private async keep(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION networklogs.keep_segments() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'DELETE' THEN
          IF OLD.keep_until <= now() THEN RETURN OLD; END IF;
        ELSIF TG_OP = 'UPDATE' THEN
          IF NEW.keep_until >= OLD.keep_until AND (to_jsonb(NEW) - ARRAY['version', 'keep_until', 'keep_months', 'terminated_at'])
             = (to_jsonb(OLD) - ARRAY['version', 'keep_until', 'keep_months', 'terminated_at']) THEN RETURN NEW; END IF;
        END IF;
        RAISE EXCEPTION 'network logs are kept until their term ends' USING ERRCODE = 'OD003';
      END $$`);
    await runner.query(`
      CREATE FUNCTION networklogs.keep_events() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'UPDATE' THEN
          IF OLD.segment_id IS NULL AND (to_jsonb(NEW) - 'segment_id') = (to_jsonb(OLD) - 'segment_id') THEN RETURN NEW; END IF;
        ELSIF TG_OP = 'DELETE' THEN
          IF EXISTS (SELECT 1 FROM networklogs.segments WHERE id = OLD.segment_id AND keep_until <= now()) THEN RETURN OLD; END IF;
        END IF;
        RAISE EXCEPTION 'network logs are kept until their term ends' USING ERRCODE = 'OD003';
      END $$`);
    for (const table of ['segments', 'events']) {
      await runner.query(`
        CREATE TRIGGER keep_${table} BEFORE UPDATE OR DELETE ON networklogs.${table} FOR EACH ROW EXECUTE FUNCTION networklogs.keep_${table}()`);
      await runner.query(`
        CREATE TRIGGER keep_${table}_whole BEFORE TRUNCATE ON networklogs.${table}
        FOR EACH STATEMENT EXECUTE FUNCTION networklogs.keep_${table}()`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA networklogs CASCADE');
  }
}
