import { auditContext } from '#audit';
import { identityContext } from '#identity';
import { systemAct } from '#kernel';
import { managerOf } from '#platform/database/persistence';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openMedium, type Medium } from '../support/medium.js';

let medium: Medium;
beforeAll(async () => {
  medium = await openMedium({ contexts: [identityContext, auditContext] });
  await medium.sql('CREATE SCHEMA prepared');
  await medium.sql('CREATE TABLE prepared.things (id int, word text)');
  await medium.sql(`INSERT INTO prepared.things SELECT n, 'word ' || n FROM generate_series(1, 100) n`);
  const [role] = await rows('SELECT current_user AS name', []);
  await medium.sql(`GRANT USAGE ON SCHEMA prepared TO "${String(role?.['name'])}"`);
  await medium.sql(`GRANT SELECT ON prepared.things TO "${String(role?.['name'])}"`);
});
afterAll(() => medium.close());

const rows = (sql: string, parameters: unknown[]): Promise<Record<string, unknown>[]> =>
  medium.platform.unitOfWork.read(systemAct('test', 'organisation.listed', new Date().toISOString()), (tx) =>
    managerOf(tx).query(sql, parameters),
  );
/** Of the pool's connections, those that have prepared it, as far as one read tells. */
const preparedHere = async (sql: string): Promise<boolean> =>
  (await rows('SELECT 1 FROM pg_prepared_statements WHERE statement = $1', [sql])).length > 0;

describe('statements that come again', () => {
  const one = 'SELECT * FROM prepared.things WHERE id = $1';

  it('are prepared, and answer for other parameters as if they were not', async () => {
    for (let id = 1; id <= 30; id += 1) expect(await rows(one, [id])).toEqual([{ id, word: `word ${String(id)}` }]);
    await medium.until(() => preparedHere(one), 'the connection that has it', 10);
    expect(await rows(one, [null])).toEqual([]);
  });

  it('that were prepared before a table changed say so for once, as what may be sent again, and then answer with what the table has', async () => {
    await medium.sql('ALTER TABLE prepared.things ADD COLUMN more int DEFAULT 7');
    const answered: unknown[] = [];
    for (let asked = 0; asked < 30; asked += 1) {
      const answer = await rows(one, [5]).catch((fault: unknown) => (fault as { code?: unknown }).code);
      answered.push(answer);
      if (Array.isArray(answer)) expect(answer).toEqual([{ id: 5, word: 'word 5', more: 7 }]);
      else expect(['database.limit-reached', 'database.unreachable']).toContain(answer);
    }
    // Each of the pool's connections once, and each for good.
    expect(answered.filter((answer) => !Array.isArray(answer)).length).toBeLessThan(15);
    expect(answered.slice(-5).every((answer) => Array.isArray(answer))).toBe(true);
  });

  it('are few: what changes its text each time is not kept', async () => {
    const [before] = await rows('SELECT count(*)::int AS n FROM pg_prepared_statements', []);
    for (let length = 1; length <= 40; length += 1)
      await rows(`SELECT id FROM prepared.things WHERE id IN (${Array.from({ length }, (_, at) => `$${String(at + 1)}`).join(', ')})`, [
        ...Array.from({ length }, (_, at) => at),
      ]);
    const [after] = await rows('SELECT count(*)::int AS n FROM pg_prepared_statements', []);
    expect(Number(after?.['n'])).toBeLessThan(Number(before?.['n']) + 5);
  });
});
