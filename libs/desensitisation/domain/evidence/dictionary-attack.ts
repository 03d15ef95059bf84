import { identifierFormSql, sqlName } from '#kernel';
import type { OutputColumn, Plan, SchemaColumn } from '../../contract.js';
import { drawSql, type CompiledStep } from '../compile.js';
import { pointsAtOne } from '../sensitive-types.js';
import { asNumber, type Examination } from './checks.js';

/** Rows whose identifiers the attacker knows. They are the first ones drawn, so each stands in the output too. */
const knownRows = 250;
/** Keys that people choose when they choose none. */
export const weakKeys: Readonly<Record<string, string>> = {
  zero: '\0'.repeat(32),
  one: '1',
  digits: '123456',
  key: 'key',
  secret: 'secret',
  password: 'password',
  product: 'opdomain',
};
const attacked = 16;

/**
 * Tries to recognise known identifiers in the output by digests that anyone can compute (MD5, SHA-1, SHA-256, SM3) and by HMAC under keys
 * that anyone would try: one hit shows that the column hides nothing from whoever has a list of numbers (DES-04).
 */
export function dictionaryAttack(plan: Plan, schema: readonly SchemaColumn[], columns: readonly OutputColumn[], seed: string): Examination {
  const identifiers = plan.columns.filter((d) => pointsAtOne(d.sensitiveType) || d.technique.kind === 'pseudonym');
  const texts = columns.filter((column) => column.type === 'text');
  if (identifiers.length === 0 || texts.length === 0) return { preparation: [], measurements: [] };
  const forms = identifiers.flatMap((decision) => {
    const column = schema.find((c) => c.name === decision.column);
    if (column === undefined) return [];
    const text = `CAST(${sqlName(column.name)} AS VARCHAR)`;
    return [text, identifierFormSql(decision.sensitiveType, text), `lower(trim(${text}))`];
  });
  const known =
    `CREATE TEMP TABLE sandbox_known AS SELECT DISTINCT value FROM (SELECT unnest([${forms.join(', ')}]) AS value` +
    ` FROM (SELECT * FROM raw ORDER BY ${drawSql(plan, schema, seed)} LIMIT ${String(knownRows)}) AS r) AS k WHERE value IS NOT NULL`;
  const macs = (['sm3', 'sha256'] as const).flatMap((algorithm) =>
    [undefined, ...Object.keys(weakKeys)].map((key): CompiledStep & { readonly kind: 'dictionary' } => ({
      kind: 'dictionary',
      name: `sandbox_guess_${algorithm}_${key ?? 'plain'}`,
      from: 'SELECT value FROM sandbox_known',
      algorithm,
      ...(key === undefined ? {} : { key }),
      hexLength: 64,
    })),
  );
  const all = [
    ...['md5', 'sha1', 'sha256'].map((digest) => `SELECT ${digest}(value) AS guess FROM sandbox_known`),
    ...macs.map((mac) => `SELECT pseudonym FROM ${mac.name}`),
  ];
  return {
    preparation: [
      { kind: 'sql', sql: known, result: 'none' },
      ...macs,
      {
        kind: 'sql',
        sql: `CREATE TEMP TABLE sandbox_guesses AS SELECT DISTINCT left(guess, ${String(attacked)}) AS guess FROM (${all.join(' UNION ALL ')}) AS g`,
        result: 'none',
      },
    ],
    measurements: texts.map(({ name }) => ({
      sql: `SELECT (SELECT count(*) FROM sandbox_guesses), count(*) FROM output WHERE left(lower(${sqlName(name)}), ${String(attacked)}) IN (SELECT guess FROM sandbox_guesses)`,
      rows: 1,
      judge: ([row = []]) => {
        const [guesses, hits] = row.map(asNumber) as [number, number];
        return [{ check: 'dictionary-attack', column: name, verdict: hits > 0 ? 'fail' : 'pass', figures: { guesses, hits } }];
      },
    })),
  };
}
