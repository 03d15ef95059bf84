/** A part of a pattern: what it may begin with, and how often it must stand at least. */
interface Part {
  readonly text: string;
  readonly length: number;
}

/**
 * A short text that a regular expression matches, of the plain kind that schemas use: literals, escapes, classes, groups, alternatives,
 * counts and anchors. Anything else gives what need not match.
 */
export function textMatching(pattern: string): string {
  return sequence(pattern.replace(/^\^/, '').replace(/\$$/, ''));
}

function sequence(pattern: string): string {
  const [first = ''] = alternatives(pattern);
  let made = '';
  for (let at = 0; at < first.length;) {
    const part = partAt(first, at);
    at += part.length;
    const counted = /^(?:\{(\d+)(?:,\d*)?\}|([?*])|(\+))/.exec(first.slice(at));
    const times = counted === null ? 1 : counted[1] !== undefined ? Number(counted[1]) : counted[2] !== undefined ? 0 : 1;
    at += counted?.[0].length ?? 0;
    made += part.text.repeat(times);
  }
  return made;
}

/** At the top level of a pattern. */
function alternatives(pattern: string): string[] {
  const found = [''];
  for (let at = 0; at < pattern.length;) {
    const { length } = partAt(pattern, at);
    const piece = pattern.slice(at, at + length);
    if (piece === '|') found.push('');
    else found[found.length - 1] = (found.at(-1) ?? '') + piece;
    at += length;
  }
  return found;
}

function partAt(pattern: string, at: number): Part {
  const rest = pattern.slice(at);
  if (rest.startsWith('\\')) return { text: escaped(rest[1] ?? ''), length: 2 };
  if (rest.startsWith('[')) {
    const [whole = rest, inside = ''] = /^\[((?:\\.|[^\]\\])*)\]/.exec(rest) ?? [];
    return { text: inside.startsWith('\\') ? escaped(inside[1] ?? '') : (inside[0] ?? ''), length: whole.length };
  }
  if (rest.startsWith('(')) {
    const end = closing(rest);
    return { text: sequence(rest.slice(1, end).replace(/^\?(?::|<\w+>)/, '')), length: end + 1 };
  }
  return { text: rest.startsWith('.') ? 'a' : (rest[0] ?? ''), length: 1 };
}

const escaped = (letter: string): string => ({ d: '1', w: 'a', s: ' ' })[letter] ?? letter;

/** Where the group that a text begins with ends. */
function closing(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '(') depth += 1;
    else if (text[at] === ')' && --depth === 0) return at;
  }
  return text.length;
}
