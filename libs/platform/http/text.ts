import { hasCanonicalText } from '#kernel';
import { refuse } from './refusals.js';

/** No message of ours nests deeper than a few levels; whatever walks it may do so by recursion. */
const mostLevels = 32;

const unkept = 'holds a NUL, half a character or what Unicode keeps from being one';

/** Whether canonical JSON and PostgreSQL can keep it. */
export const isText = (text: string): boolean => !text.includes('\0') && hasCanonicalText(text);

/**
 * Refuses what no message of ours can be, before anything else looks at it.
 * @throws Refusal `http.invalid-input` naming where it stands, never the text.
 */
export function assertText(value: unknown, path: string, levels = mostLevels): void {
  if (typeof value === 'string' && !isText(value)) throw unfit(path, 'text', unkept);
  if (typeof value === 'number' && !Number.isFinite(value)) throw unfit(path, 'number', 'is beyond what numbers can be');
  if (typeof value !== 'object' || value === null) return;
  if (levels === 0) throw unfit(path.split('.')[0] ?? path, 'depth', `nests deeper than ${String(mostLevels)} levels`);
  for (const [key, member] of Object.entries(value)) {
    if (!isText(key)) throw unfit(path, 'text', unkept);
    assertText(member, `${path}.${key}`, levels - 1);
  }
}

const unfit = (path: string, rule: string, message: string) => refuse('http.invalid-input', { problems: [{ path, rule, message }] });
