import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseConntrack } from './conntrack.js';
import { parseHubble } from './hubble.js';

const hubbleFlow = {
  flow: {
    time: '2026-11-21T08:35:16.365272245Z',
    verdict: 'DROPPED',
    IP: { source: '10.0.1.17', destination: '169.254.169.254', ipVersion: 'IPv4' },
    l4: { TCP: { source_port: 42690, destination_port: 80, flags: { SYN: true } } },
    source: { identity: 3, namespace: 'opd-a-dev', pod_name: 'workspace-1' },
    destination: { identity: 2 },
    drop_reason_desc: 'POLICY_DENIED',
  },
  node_name: 'node-1',
};

describe('Hubble lines', () => {
  it('become flows with both ends, ports and the reason of a denial [ISO-01]', () => {
    expect(parseHubble(JSON.stringify(hubbleFlow))).toMatchObject({
      kind: 'flow',
      flow: {
        startedAt: '2026-11-21T08:35:16.365Z',
        fromAddress: '10.0.1.17',
        fromPort: 42690,
        to: '169.254.169.254',
        toPort: 80,
        protocol: 'tcp',
        verdict: 'denied',
        reason: 'POLICY_DENIED',
        fromPod: 'opd-a-dev/workspace-1',
        toPod: null,
      },
    });
  });

  it('say how many events the source lost [LOG-03]', () => {
    expect(parseHubble('{"lost_events":{"source":"PERF_EVENT_RING_BUFFER","num_events_lost":"17"},"node_name":"node-1"}')).toEqual({
      kind: 'lost',
      count: 17,
    });
  });

  it('are ignored with a reason when they are no flow, whatever they hold', () => {
    expect(parseHubble('{"flow":{"time":"2026-11-21T08:35:16Z","verdict":"FORWARDED"}}')).toEqual({ kind: 'ignored', why: 'no addresses' });
    fc.assert(fc.property(fc.string(), (text) => expect(parseHubble(text).kind).toBe('ignored')));
    fc.assert(
      fc.property(fc.jsonValue(), (value) => expect(['ignored', 'lost', 'flow']).toContain(parseHubble(JSON.stringify(value)).kind)),
    );
  });
});

describe('conntrack lines', () => {
  const ended =
    '[1790000000.250000]\t[DESTROY] tcp      6 src=10.0.1.17 dst=10.0.2.4 sport=4242 dport=5432 packets=12 bytes=1431 src=10.0.2.4 dst=10.0.1.17 sport=5432 dport=4242 packets=9 bytes=20512 [ASSURED] delta-time=30';

  it('of ended connections become flows with the bytes of both directions', () => {
    expect(parseConntrack(ended)).toMatchObject({
      kind: 'flow',
      flow: {
        startedAt: '2026-09-21T14:12:50.250Z',
        endedAt: '2026-09-21T14:13:20.250Z',
        fromAddress: '10.0.1.17',
        fromPort: 4242,
        to: '10.0.2.4',
        toPort: 5432,
        bytesOut: 1431,
        bytesIn: 20512,
        protocol: 'tcp',
        reason: 'ended',
      },
    });
  });

  it('of connections that only begin, and anything else, are ignored', () => {
    expect(parseConntrack(ended.replace('DESTROY', 'NEW'))).toEqual({ kind: 'ignored', why: 'not ended yet' });
    expect(parseConntrack(ended.replace('src=10.0.1.17', 'src=somewhere'))).toEqual({ kind: 'ignored', why: 'no addresses' });
    fc.assert(fc.property(fc.string(), (text) => expect(parseConntrack(text).kind).toBe('ignored')));
  });
});
