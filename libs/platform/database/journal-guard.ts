/**
 * SQL for a context's migration: refuses a commit that changed `table` without a journal row of the same transaction for that object.
 * @param table qualified name, e.g. `seats.seats`.
 * @param idColumn column that holds the journalled object's id; for a child table the parent's.
 */
export const guardWithJournal = (table: string, idColumn = 'id'): string =>
  `CREATE CONSTRAINT TRIGGER require_journal AFTER INSERT OR UPDATE OR DELETE ON ${table}
     DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION platform.require_journal('${idColumn}')`;
