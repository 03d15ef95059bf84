import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decideAcceptance, decideStanding, domainTransitions, type DomainState, type Findings } from './operation-domain.js';

const at = '2026-11-21T08:00:00.000Z';
const clean: Findings = { at, lost: [], policiesChanged: [], probes: { asked: 40, failed: [] } };
const domain = (state: DomainState, troubles: Parameters<typeof decideStanding>[0]['troubles'] = []) => ({ id: 'd', state, troubles });

describe('the standing of an operation domain', () => {
  it('becomes ready only by probes that were asked and all held [ISO-01]', () => {
    expect(decideStanding(domain('provisioning'), clean).state).toBe('ready');
    expect(decideStanding(domain('provisioning'), { at, lost: [], policiesChanged: [] }).state).toBe('provisioning');
    expect(decideStanding(domain('provisioning'), { ...clean, probes: { asked: 0, failed: [] } }).state).toBe('provisioning');
    expect(decideStanding(domain('provisioning'), { ...clean, probes: { asked: 40, failed: ['dev/exec'] } }).state).toBe('provisioning');
    expect(decideStanding(domain('provisioning'), { ...clean, policiesChanged: ['opdomain-no-exec'] }).state).toBe('provisioning');
  });

  it('is degraded as soon as a wall does not stand, and ready again once probes show that it does', () => {
    const broken = decideStanding(domain('ready'), { ...clean, probes: { asked: 40, failed: ['dev/exec'] } });
    expect(broken).toMatchObject({ state: 'degraded', troubles: [{ kind: 'probe-failed', what: ['dev/exec'], since: at }] });
    expect(decideStanding(domain('degraded', broken.troubles), { at, lost: [], policiesChanged: [] }).state).toBe('degraded');
    expect(decideStanding(domain('degraded', broken.troubles), clean)).toEqual({ state: 'ready', troubles: [] });
  });

  it('stays degraded after a lost zone, however well its successor stands, until somebody accepts the loss', () => {
    const lost = decideStanding(domain('ready'), { at, lost: ['opd-a-dev-x'], policiesChanged: [] });
    expect(lost.state).toBe('degraded');
    const later = decideStanding(domain('degraded', lost.troubles), clean);
    expect(later).toMatchObject({ state: 'degraded', troubles: [{ kind: 'zone-lost', what: ['opd-a-dev-x'] }] });
    const accepted = decideAcceptance(domain('degraded', later.troubles));
    expect(decideStanding(domain('degraded', accepted), clean).state).toBe('ready');
    expect(() => decideAcceptance(domain('degraded', accepted))).toThrow('domain.nothing-to-accept');
  });

  it('takes only steps that its table lists, from whatever is found', () => {
    const names = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 2 });
    const findings = fc.record({
      at: fc.constant(at),
      lost: names,
      policiesChanged: names,
      probes: fc.record({ asked: fc.nat(3), failed: names }),
    });
    fc.assert(
      fc.property(
        fc.constantFrom<DomainState[]>('provisioning', 'ready', 'degraded', 'sealed', 'destroying', 'destroyed'),
        fc.array(findings, { maxLength: 6 }),
        (start, looks) => {
          let standing = { state: start, troubles: [] as Parameters<typeof decideStanding>[0]['troubles'] };
          for (const look of looks) {
            const next = decideStanding(standing, look);
            const possible: readonly DomainState[] = domainTransitions[standing.state];
            if (next.state !== standing.state) expect(possible).toContain(next.state);
            if (next.state === 'ready') expect(next.troubles).toEqual([]);
            standing = next;
          }
        },
      ),
    );
  });
});
