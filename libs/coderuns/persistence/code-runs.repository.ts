import type { Tx } from '#platform/database';
import { RunTable } from '#runs';
import { Injectable } from '@nestjs/common';
import { refuse } from '../domain/refusals.js';
import { CodeRunRow } from './entities.js';

@Injectable()
export class CodeRunsRepository extends RunTable<CodeRunRow, 'code-run'> {
  constructor() {
    super(CodeRunRow, { what: 'code-run', refuse, parties: { unitId: 'unitId', authorityId: 'authorityId' } });
  }

  /** Production runs of code that no one reviewed, or another code than was reviewed: there must be none (MOD-03). */
  async unreviewed(tx: Tx): Promise<{ runs: number; production: number }> {
    const rows: { runs: number; production: number }[] = await this.manager(tx).query(
      `SELECT count(*) FILTER (WHERE s.state <> 'reviewed' OR s.digest <> r.code_digest OR s.purpose = 'train')::int AS runs, count(*)::int AS production
       FROM coderuns.runs r JOIN coderuns.submissions s ON s.id = r.submission_id WHERE r.mode = 'production'`,
    );
    return rows[0] ?? { runs: 0, production: 0 };
  }
}
