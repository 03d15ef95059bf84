import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { newId } from '#kernel';
import type { KubeObject } from '#platform/kube';
import { zoneNamespace, type ZoneSpec } from '../domain/zone.js';
import { user, zoneObjects } from '../manifests/index.js';
import { difference, sayStep, type Step } from './difference.js';

const domainId = newId(0);
const spec: ZoneSpec = {
  domainId,
  authorisationId: newId(1),
  unitId: newId(2),
  zone: 'dev',
  namespace: zoneNamespace(domainId, 'dev', 'abcdef'),
  quota: { cpu: 1, memoryGi: 1, storageGi: 1, pods: 1, volumeClaims: 1 },
  images: [],
  sealed: false,
};
const wanted = zoneObjects(spec, user('operator'));
let made = 0;
const standing = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, uid: `u${String((made += 1))}`, resourceVersion: '1' },
});

/** What a cluster that does as it is told holds after the plan. */
function after(actual: readonly KubeObject[], steps: readonly Step[]): readonly KubeObject[] {
  const key = (of: { kind: string }, name: string): string => `${of.kind}/${name}`;
  const held = new Map(actual.map((object) => [key(object, object.metadata.name), object]));
  for (const step of steps) {
    if (step.do === 'remove') held.delete(key(step.ref, step.ref.name));
    else held.set(key(step.object, step.object.metadata.name), standing(step.object));
  }
  return [...held.values()];
}

describe('the difference between a zone as wanted and as it stands', () => {
  it('is everything, namespace first, where nothing stands', () => {
    expect(difference(wanted, []).map(sayStep)[0]).toBe(`create Namespace ${spec.namespace}: missing`);
    expect(difference(wanted, [])).toHaveLength(wanted.length);
  });

  it('is nothing after its own plan, from whatever was broken: reconciling twice changes nothing', () => {
    const foreign = standing({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'hole', namespace: spec.namespace },
    });
    const damage = fc.array(fc.tuple(fc.nat(wanted.length - 1), fc.constantFrom('gone', 'relabelled', 'changed')), { maxLength: 8 });
    fc.assert(
      fc.property(damage, fc.boolean(), (damages, hole) => {
        const broken = new Map(wanted.map((object, at) => [at, standing(object)]));
        for (const [at, how] of damages) {
          const object = broken.get(at);
          if (how === 'gone') broken.delete(at);
          else if (object && how === 'relabelled') broken.set(at, { ...object, metadata: { ...object.metadata, labels: {} } });
          else if (object && object.kind !== 'Namespace')
            broken.set(at, { ...object, ...{ spec: { changed: true }, subjects: [], automountServiceAccountToken: true } });
        }
        const actual = [...broken.values(), ...(hole ? [foreign] : [])];
        expect(difference(wanted, after(actual, difference(wanted, actual)))).toEqual([]);
      }),
    );
  });

  it('removes a policy nobody decided on before it makes anything new', () => {
    const foreign = standing({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'hole', namespace: spec.namespace },
    });
    const rest = wanted.filter((object) => object.kind === 'Namespace' || object.metadata.name === 'opdomain-operator').map(standing);
    expect(difference(wanted, [...rest, foreign])[0]).toMatchObject({ do: 'remove', ref: { name: 'hole' } });
  });

  it('waits for what is being deleted instead of fighting it', () => {
    const actual = wanted
      .map(standing)
      .map((object) =>
        object.kind === 'Pod' ? { ...object, metadata: { ...object.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } } : object,
      );
    expect(difference(wanted, actual)).toEqual([]);
  });

  it('carries what it saw into every change, so that a later change by somebody else wins', () => {
    const actual = wanted.map(standing).map((object) => (object.kind === 'ResourceQuota' ? { ...object, spec: {} } : object));
    expect(difference(wanted, actual)).toMatchObject([
      { do: 'replace', seen: { uid: expect.stringMatching(/^u/) as unknown, resourceVersion: '1' } },
    ]);
  });
});
