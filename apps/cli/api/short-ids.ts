import { z } from 'zod';
import { CommandEnded, exitCodes } from '../exit-codes.js';
import { pick, type Terminal } from '../terminal.js';
import { jsonIn } from './answer.js';
import type { ApiClient } from './client.js';
import type { Operation } from './operations.js';

/** The beginning of an id, and no whole one. */
const beginning = /^[0-9a-f][0-9a-f-]{3,34}$/;
const page = z.object({ items: z.array(z.object({ id: z.string() })), next: z.string().nullable() });
const mostPages = 20;
const shown = 5;

/**
 * What a person typed for an id: where it is the beginning of one, the whole id, from the list that stands above it in the path. Ids begin with
 * the time of their making, so that what was made together differs late.
 * @throws CommandEnded (2) where none or several begin so, or the list is too long to tell: what is not read may begin so as well
 */
export async function wholeIds(
  operation: Operation,
  typed: readonly string[],
  { client, operations, terminal }: { readonly client: ApiClient; readonly operations: readonly Operation[]; readonly terminal: Terminal },
): Promise<readonly string[]> {
  const whole = [...typed];
  for (const [at, { name }] of operation.pathFields.entries()) {
    const word = whole[at] ?? '';
    const list = operations.find((one) => one.method === 'GET' && one.pages && one.path === operation.path.split(`/{${name}}`, 1)[0]);
    if (list === undefined || list.pathFields.length > 0 || !beginning.test(word)) continue;
    whole[at] = await theOne(list.path, word, client, terminal);
  }
  return whole;
}

async function theOne(path: string, word: string, client: ApiClient, terminal: Terminal): Promise<string> {
  const found: string[] = [];
  let cursor: string | undefined = '';
  for (let pages = 0; pages < mostPages; pages += 1) {
    const { items, next } = page.parse(await jsonIn(await client.call({ method: 'GET', path: `${path}?limit=200${cursor}` })));
    found.push(...items.map(({ id }) => id).filter((id) => id.startsWith(word)));
    cursor = next === null ? undefined : `&cursor=${encodeURIComponent(next)}`;
    if (cursor === undefined) break;
  }
  if (cursor !== undefined)
    throw new CommandEnded(
      exitCodes.usage,
      pick(
        terminal,
        `列表过长，无法确认以 ${word} 开头的标识是否唯一：请写出完整标识`,
        `the list is too long to tell whether only one id begins with ${word}: write the whole id`,
      ),
    );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw new CommandEnded(
    exitCodes.usage,
    only === undefined
      ? pick(terminal, `没有以 ${word} 开头的标识：请用 list 查看`, `no id begins with ${word}: the list shows them`)
      : [
          pick(
            terminal,
            `有 ${String(found.length)} 个标识以 ${word} 开头：请多写几位`,
            `${String(found.length)} ids begin with ${word}: write more of it`,
          ),
          ...found.slice(0, shown).map((id) => `  ${id}`),
        ].join('\n'),
  );
}
