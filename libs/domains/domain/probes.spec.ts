import { describe, expect, it } from '@jest/globals';
import { judge } from './probes.js';
import { zoneProbes } from './zone-probes.js';

const zone = {
  namespace: 'opd-a-dev-x',
  zone: 'dev',
  domainId: 'd',
  probeTarget: 't',
  prober: 'opdomain-prober',
  probeImage: 'i',
} as const;
const [probe] = zoneProbes(zone, []);
if (!probe) throw new Error('no probes');
const refused = {
  kind: 'answered',
  status: 403,
  reason: 'Forbidden',
  message: 'pods "t" is forbidden: denied request: opdomain/no-exec: no',
} as const;

describe('a probe', () => {
  it('holds only when the refusal is the expected one, by status, reason and rule [ISO-01]', () => {
    expect(judge(probe, refused)).toMatchObject({ holds: true, outcome: 'refused-as-expected' });
    expect(judge(probe, { ...refused, message: 'cannot create resource "pods/exec"' })).toMatchObject({
      holds: false,
      outcome: 'refused-for-another-reason',
    });
    expect(judge(probe, { ...refused, status: 404, reason: 'NotFound' })).toMatchObject({
      holds: false,
      outcome: 'refused-for-another-reason',
    });
    expect(judge(probe, { kind: 'answered', status: 201, reason: '', message: '' })).toMatchObject({
      holds: false,
      outcome: 'let-through',
    });
    expect(judge(probe, { kind: 'unreachable' })).toMatchObject({ holds: false, outcome: 'not-answered' });
  });

  it('has a name of its own, and asks of every stranger the same', () => {
    const names = zoneProbes(zone, ['opd-b-dev-y', 'opd-b-prod-z']).map((each) => each.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => name.endsWith('@opd-b-dev-y'))).toHaveLength(4);
  });

  it('changes nothing even where a wall is missing: what is not a CONNECT or a read is a dry run', () => {
    for (const each of zoneProbes(zone, [])) {
      const connects = /\/(exec|attach|portforward|proxy\/)/.test(each.request.path);
      if (each.request.method !== 'GET' && !connects) expect(each.request.query).toMatchObject({ dryRun: 'All' });
    }
  });
});
