import { z } from 'zod';
import type { SourceLine } from '../network-event.js';

/**
 * One line of `conntrack -E -o timestamp` (conntrack-tools). Only ended connections are taken: they carry the counters of both
 * directions. The first tuple is the caller's, the second the answer's, after any address translation.
 */
export function parseConntrack(text: string): SourceLine {
  const head = /^\[(\d+)\.(\d{1,9})\]\s+\[(NEW|UPDATE|DESTROY)\]\s+(\w+)\s+\d+\s/.exec(text);
  if (head === null) return { kind: 'ignored', why: 'not a conntrack line' };
  const [, seconds = '', fraction = '', event, protocol = ''] = head;
  if (event !== 'DESTROY') return { kind: 'ignored', why: 'not ended yet' };
  const [there, back] = tuples(text);
  if (there === undefined || !isAddress(there.src) || !isAddress(there.dst)) return { kind: 'ignored', why: 'no addresses' };
  const endedMs = Number(seconds) * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3));
  const lasted = Number(/\bdelta-time=(\d+)/.exec(text)?.[1] ?? 0) * 1000;
  return {
    kind: 'flow',
    flow: {
      startedAt: new Date(endedMs - lasted).toISOString(),
      endedAt: new Date(endedMs).toISOString(),
      source: 'conntrack',
      fromAddress: there.src ?? null,
      fromPort: numberOf(there.sport),
      to: there.dst ?? '',
      toPort: numberOf(there.dport),
      protocol,
      bytesIn: numberOf(back?.bytes),
      bytesOut: numberOf(there.bytes),
      verdict: 'allowed',
      reason: text.includes('[UNREPLIED]') ? 'unreplied' : 'ended',
      fromPod: null,
      toPod: null,
    },
  };
}

const address = z.union([z.ipv4(), z.ipv6()]);
const isAddress = (text: string | undefined): boolean => address.safeParse(text).success;

/** `src=… dst=… sport=… dport=… packets=… bytes=…` comes once a direction. */
function tuples(text: string): Partial<Record<string, string>>[] {
  const found: Partial<Record<string, string>>[] = [];
  for (const [, name = '', value] of text.matchAll(/\b(src|dst|sport|dport|packets|bytes)=(\S+)/g)) {
    if (name === 'src') found.push({});
    const current = found.at(-1);
    if (current !== undefined) current[name] ??= value ?? '';
  }
  return found;
}

const numberOf = (text: string | undefined): number | null => (text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null);
