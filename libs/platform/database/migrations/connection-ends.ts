import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A source says up to when everything that it saw is written; when it falls silent without an end, that is noticed and kept. */
export class PlatformConnectionEnds1763800090000 implements MigrationInterface {
  name = 'PlatformConnectionEnds1763800090000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE platform.connection_sources ADD COLUMN flushed_until timestamptz, ADD COLUMN absent_at timestamptz');
    // Of those before nobody knows more than what a clean end says.
    await runner.query('UPDATE platform.connection_sources SET flushed_until = coalesce(stopped_at, started_at)');
    await runner.query('ALTER TABLE platform.connection_losses ADD COLUMN noted_at timestamptz NOT NULL DEFAULT now()');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE platform.connection_losses DROP COLUMN noted_at');
    await runner.query('ALTER TABLE platform.connection_sources DROP COLUMN flushed_until, DROP COLUMN absent_at');
  }
}
