import { extname } from 'node:path';
import { z } from 'zod';
import { CommandEnded, exitCodes } from '../exit-codes.js';
import { pick, type Terminal } from '../terminal.js';
import type { ApiClient } from './client.js';
import { tableOf } from './table.js';

/** How the file is written, from the command line. */
export interface TrialOptions {
  readonly dryRun?: string;
  readonly kind?: string;
  readonly encoding?: string;
  readonly delimiter?: string;
  readonly escape?: string;
  readonly sheet?: string;
  readonly header: boolean;
}
const kinds: Readonly<Record<string, string>> = { '.xlsx': 'xlsx', '.parquet': 'parquet', '.jsonl': 'jsonl', '.ndjson': 'jsonl' };
const delimiterOf: Readonly<Record<string, string>> = { tab: '\t', TAB: '\t', '\\t': '\t' };

/** The format as a delivery states it; what its kind does not have is left out. */
export function formatOf(file: string, { kind, encoding, delimiter, escape, sheet, header }: TrialOptions): Record<string, unknown> {
  const said = kind ?? kinds[extname(file).toLowerCase()] ?? 'csv';
  const members: Readonly<Record<string, Record<string, unknown>>> = {
    csv: {
      encoding: encoding ?? 'utf-8',
      delimiter: delimiter === undefined ? undefined : (delimiterOf[delimiter] ?? delimiter),
      escape,
      header,
    },
    jsonl: { encoding },
    xlsx: { sheet, header },
  };
  return { kind: said, ...Object.fromEntries(Object.entries(members[said] ?? {}).filter(([, value]) => value !== undefined)) };
}

const texts = z.object({ 'zh-CN': z.string(), en: z.string() });
const reading = z.object({
  readAs: z.string(),
  isWhole: z.boolean(),
  rows: z.int(),
  bad: z.int(),
  columns: z.array(z.object({ name: z.string(), type: z.string(), storedAs: z.string(), written: z.string().nullable() })),
  problems: z.array(z.object({ line: z.int(), reason: z.string(), field: z.string().nullable() })),
  refused: z.object({ code: z.string(), rule: texts, satisfy: texts }).nullable(),
});
const shownProblems = 20;

/**
 * Asks how an import would read the upload, and prints it.
 * @throws CommandEnded 3 where an import would fail
 */
export async function printTrial(client: ApiClient, terminal: Terminal, id: string, body: object): Promise<void> {
  const path = `/api/v1/uploads/${encodeURIComponent(id)}/trial-readings`;
  const answer = await client.send('POST', path, { 'content-type': 'application/json' }, JSON.stringify(body));
  const { readAs, isWhole, rows, bad, columns, problems, refused } = reading.parse(await answer.json());
  const part = isWhole ? '' : pick(terminal, '(仅读取了开头部分)', ' (only its beginning was read)');
  terminal.out(
    pick(
      terminal,
      `按 ${readAs} 读取该文件:${String(rows)} 行,其中问题行 ${String(bad)}${part}\n`,
      `this is how the file is read, as ${readAs}: ${String(rows)} rows, ${String(bad)} of them bad${part}\n`,
    ),
  );
  if (columns.length > 0) terminal.out(tableOf(columns));
  if (problems.length > 0) terminal.out(tableOf(problems.slice(0, shownProblems)));
  if (refused === null) return;
  const language = terminal.language === 'zh' ? 'zh-CN' : 'en';
  throw new CommandEnded(exitCodes.refused, `${refused.code}: ${refused.rule[language]}\n→ ${refused.satisfy[language]}`);
}
