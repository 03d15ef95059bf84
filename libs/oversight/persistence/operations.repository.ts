import type { Id } from '#kernel';
import type { Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';

@Injectable()
export class OperationsRepository {
  /** Whether a person has acted on the object that the work is about: then the work is theirs to follow. */
  async actedOn(tx: Tx, subject: Id, personId: Id): Promise<boolean> {
    const rows: unknown[] = await managerOf(tx).query(
      `SELECT 1 FROM platform.journal WHERE object_id = $1::text AND person_id = $2 AND outcome IN ('done', 'intent') LIMIT 1`,
      [subject, personId],
    );
    return rows.length > 0;
  }

  /** State tables, and which of them refuse a change without a journal row; and whether the journal refuses changes. */
  async guards(tx: Tx): Promise<{ guarded: number; appendOnly: number }> {
    const rows: { guarded: string; append_only: string }[] = await managerOf(tx).query(
      `SELECT count(*) FILTER (WHERE tgname = 'require_journal') AS guarded,
         count(*) FILTER (WHERE tgrelid = 'platform.journal'::regclass AND tgname IN ('keep_journal', 'keep_journal_whole')) AS append_only
       FROM pg_trigger WHERE tgenabled = 'O'`,
    );
    return { guarded: Number(rows[0]?.guarded), appendOnly: Number(rows[0]?.append_only) };
  }

  async refusedSince(tx: Tx, hours: number): Promise<number> {
    const rows: { n: string }[] = await managerOf(tx).query(
      `SELECT count(*) AS n FROM platform.journal WHERE outcome = 'refused' AND recorded_at > now() - make_interval(hours => $1)`,
      [hours],
    );
    return Number(rows[0]?.n);
  }
}
