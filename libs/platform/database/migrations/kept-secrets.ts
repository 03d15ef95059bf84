import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a put-back key file or key store cannot bring along: the names of destroyed keys, and the newest generation of the key file.
 * And remembered answers (idempotency) lose whatever may name a person: the caller's key is kept as a digest, the rest sealed.
 */
export class KeptSecrets1763800020000 implements MigrationInterface {
  name = 'KeptSecrets1763800020000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE platform.destroyed_keys (name text PRIMARY KEY, destroyed_at timestamptz NOT NULL DEFAULT now())');
    await runner.query('CREATE TABLE platform.key_generations (store text PRIMARY KEY, newest bigint NOT NULL)');
    await runner.query(`
      CREATE FUNCTION platform.keep_destroyed_keys() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
      BEGIN
        IF TG_TABLE_NAME = 'key_generations' AND TG_OP = 'UPDATE' AND NEW.store = OLD.store AND NEW.newest >= OLD.newest THEN RETURN NEW; END IF;
        RAISE EXCEPTION 'what was destroyed stays destroyed' USING ERRCODE = 'OD004';
      END $$`);
    for (const table of ['destroyed_keys', 'key_generations']) {
      await runner.query(`
        CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON platform.${table} FOR EACH ROW EXECUTE FUNCTION platform.keep_destroyed_keys()`);
      await runner.query(`
        CREATE TRIGGER keep_whole BEFORE TRUNCATE ON platform.${table} FOR EACH STATEMENT EXECUTE FUNCTION platform.keep_destroyed_keys()`);
    }
    await runner.query('DROP TABLE platform.idempotency');
    await runner.query(`
      CREATE TABLE platform.idempotency (
        key_digest text, owner text, action text NOT NULL, sealed jsonb,
        created_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (key_digest, owner))`);
    await runner.query('CREATE INDEX idempotency_age ON platform.idempotency (created_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE platform.destroyed_keys, platform.key_generations, platform.idempotency');
    await runner.query('DROP FUNCTION platform.keep_destroyed_keys');
    await runner.query(`
      CREATE TABLE platform.idempotency (
        key text, owner text, action text NOT NULL, request_digest text NOT NULL, result jsonb,
        created_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (key, owner))`);
  }
}
