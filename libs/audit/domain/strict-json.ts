import { parse, type ValueNode } from '@humanwhocodes/momoa';
import { type Json } from '#kernel';
import { refuse } from './refusals.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Deeper than any format of ours, and a bound on what a stranger's file can make us do. */
const mostLevels = 64;
/** RFC 7493 §2.1: what names and strings must not hold. */
const forbidden = /[\p{Surrogate}\p{Noncharacter_Code_Point}]/u;

/** @throws Refusal `audit.not-utf8`: two readers that repair bad bytes differently would read different things. */
export function strictText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw refuse('audit.not-utf8');
  }
}

const malformed = (path: string, reason: string) => refuse('audit.json-malformed', { path, reason });

/**
 * Reads I-JSON (RFC 7493), which has one meaning for every reader: no member twice, no lone surrogate, and numbers spelled as
 * RFC 8785 writes them, so that none is rounded silently. White space and the order of members are free.
 * @throws Refusal `audit.not-utf8`, `audit.json-malformed` naming the member.
 */
export function parseStrictJson(bytes: Uint8Array): Json {
  const text = strictText(bytes);
  let value: Json;
  let root: ValueNode;
  try {
    // JSON.parse decides what is JSON; the syntax tree shows what it silently drops.
    value = JSON.parse(text) as Json;
    root = parse(text, { mode: 'json', ranges: true }).body;
  } catch {
    throw malformed('', 'not JSON');
  }
  check(root, text, '', 0);
  return value;
}

function check(node: ValueNode, text: string, path: string, level: number): void {
  if (level > mostLevels) throw malformed(path, 'nested too deeply');
  switch (node.type) {
    case 'Object': {
      const names = new Set<string>();
      for (const member of node.members) {
        const name = member.name.type === 'String' ? member.name.value : '';
        const here = path === '' ? name : `${path}.${name}`;
        if (forbidden.test(name)) throw malformed(path, 'a member name that is not Unicode text');
        if (name === '__proto__' || names.has(name)) throw malformed(here, names.has(name) ? 'member twice' : 'member that no format has');
        names.add(name);
        check(member.value, text, here, level + 1);
      }
      return;
    }
    case 'Array':
      node.elements.forEach((element, at) => {
        check(element.value, text, `${path}.${String(at)}`, level + 1);
      });
      return;
    case 'String':
      if (forbidden.test(node.value)) throw malformed(path, 'a string that is not Unicode text');
      return;
    case 'Number': {
      const [from, to] = node.range ?? [0, 0];
      if (text.slice(from, to) !== JSON.stringify(node.value)) throw malformed(path, 'a number that is not spelled as RFC 8785 has it');
      return;
    }
  }
}
