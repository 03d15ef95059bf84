/** A text as SQL has it, whatever it holds. */
export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;
/** A name as SQL has it, whatever it holds. */
export const sqlName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
