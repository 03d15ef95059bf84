/** Plurals of their own kind. */
const plurals: Readonly<Record<string, string>> = { people: 'person' };
const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter, at: number) => `${at === 0 ? '' : '-'}${letter.toLowerCase()}`);

/** Verbs that are about several. */
const ofSeveral: ReadonlySet<string> = new Set(['list', 'search', 'export']);

function singular(noun: string): string {
  const known = plurals[noun];
  if (known !== undefined) return known;
  if (noun.endsWith('ies')) return `${noun.slice(0, -3)}y`;
  return noun.endsWith('s') && !noun.endsWith('ss') ? noun.slice(0, -1) : noun;
}

/** How an act is typed: what it is about, and what is done, as `seat revoke` for `revokeSeat` and `data-request list` for `listDataRequests`. */
export interface CommandName {
  readonly noun: string;
  readonly verb: string;
}

/** @param operationId a verb and what it acts on */
export function commandName(operationId: string): CommandName {
  const [, verb = operationId, about = ''] = /^([a-z0-9]+)([A-Z]\w*)$/.exec(operationId) ?? [];
  const noun = kebab(about);
  return { noun: ofSeveral.has(verb) ? singular(noun) : noun, verb };
}
