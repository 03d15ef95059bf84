import { z } from 'zod';
import type { SourceLine } from '../network-event.js';

const port = z.int().min(0).max(65535);
const transport = z.object({ source_port: port.optional(), destination_port: port.optional() });
const end = z.object({ namespace: z.string().optional(), pod_name: z.string().optional() }).optional();
const line = z.object({
  flow: z
    .object({
      time: z.iso.datetime({ offset: true }),
      verdict: z.string(),
      IP: z.object({ source: z.string(), destination: z.string() }).optional(),
      l4: z.object({ TCP: transport.optional(), UDP: transport.optional(), SCTP: transport.optional() }).loose().optional(),
      source: end,
      destination: end,
      drop_reason_desc: z.string().optional(),
    })
    .optional(),
  lost_events: z.object({ num_events_lost: z.coerce.number().int().min(0).optional() }).optional(),
});

const denied = ['DROPPED', 'ERROR'];
const podOf = (side: z.output<typeof end>): string | null =>
  side?.pod_name === undefined || side.pod_name === '' ? null : `${side.namespace ?? ''}/${side.pod_name}`;

/** One line of Hubble's flow export (JSON, one object a line). Anything else is ignored with its reason and counted by the caller. */
export function parseHubble(text: string): SourceLine {
  const parsed = line.safeParse(jsonOf(text));
  if (!parsed.success) return { kind: 'ignored', why: 'not a Hubble line' };
  const { flow, lost_events: lost } = parsed.data;
  if (lost !== undefined) return { kind: 'lost', count: lost.num_events_lost ?? 1 };
  if (flow?.IP === undefined) return { kind: 'ignored', why: 'no addresses' };
  const [protocol, ports] = Object.entries({ TCP: flow.l4?.TCP, UDP: flow.l4?.UDP, SCTP: flow.l4?.SCTP }).find(
    ([, found]) => found !== undefined,
  ) ?? ['other', undefined];
  return {
    kind: 'flow',
    flow: {
      startedAt: new Date(flow.time).toISOString(),
      endedAt: null,
      source: 'hubble',
      fromAddress: flow.IP.source,
      fromPort: ports?.source_port ?? null,
      to: flow.IP.destination,
      toPort: ports?.destination_port ?? null,
      protocol: protocol.toLowerCase(),
      bytesIn: null,
      bytesOut: null,
      verdict: denied.includes(flow.verdict) ? 'denied' : 'allowed',
      reason: flow.drop_reason_desc ?? flow.verdict,
      fromPod: podOf(flow.source),
      toPod: podOf(flow.destination),
    },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
