import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An access epoch only rises: one that fell would open again what a receipt says is closed. */
export class RisingEpochs1763900065000 implements MigrationInterface {
  name = 'RisingEpochs1763900065000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION platform.raise_epochs() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
      BEGIN
        IF TG_OP = 'UPDATE' AND NEW.kind = OLD.kind AND NEW.id = OLD.id AND NEW.epoch > OLD.epoch THEN RETURN NEW; END IF;
        RAISE EXCEPTION 'an access epoch only rises' USING ERRCODE = 'OD005';
      END $$`);
    await runner.query(
      'CREATE TRIGGER raise BEFORE UPDATE OR DELETE ON platform.epochs FOR EACH ROW EXECUTE FUNCTION platform.raise_epochs()',
    );
    await runner.query(
      'CREATE TRIGGER raise_whole BEFORE TRUNCATE ON platform.epochs FOR EACH STATEMENT EXECUTE FUNCTION platform.raise_epochs()',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER raise ON platform.epochs');
    await runner.query('DROP TRIGGER raise_whole ON platform.epochs');
    await runner.query('DROP FUNCTION platform.raise_epochs');
  }
}
