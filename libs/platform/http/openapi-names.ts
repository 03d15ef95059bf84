import type { RoutedAct } from './act.js';

function plural(noun: string): string {
  if (noun === 'Person') return 'People';
  if (noun.endsWith('Work')) return noun;
  return noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}
const camel = (words: string): string => words.replaceAll(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/**
 * What an operation is called where a client is generated from the description: a verb and what it acts on, e.g. `revokeSeat`,
 * `listDataRequests`, `readRevocationReceipt`. From the handler's name and the noun of its audit action.
 */
export function operationId({ handler, action }: Pick<RoutedAct, 'handler' | 'action'>): string {
  const noun = camel(action.split('.')[0] ?? '');
  if (handler === 'list') return `list${plural(noun)}`;
  const part = /^read([A-Z].*)$/.exec(handler)?.[1];
  if (part !== undefined && !part.startsWith(noun)) return `read${noun}${part}`;
  return /[A-Z]/.test(handler) ? handler : handler + noun;
}

/** A path as OpenAPI writes it: what takes the rest of a path is a parameter called `path`. */
export const templated = (path: string): string => `/api/v1${path.replace(/:(\w+)/g, '{$1}').replace(/\*$/, '{path}')}`;
