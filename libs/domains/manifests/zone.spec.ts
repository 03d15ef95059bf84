import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { zoneNamespace, type ZoneSpec } from '../domain/zone.js';
import { installation, user, userNameOf } from './install/index.js';
import type { AdmissionPolicy, NetworkPolicy, Role, RoleBinding, ServiceAccount } from './kinds.js';
import { labels, zoneRoles } from './names.js';
import { zoneObjects } from './zone.js';

const operator = user('opdomain-operator');
const id = fc.uuid({ version: 7 });
const nonce = fc.stringMatching(/^[a-z0-9]{6,12}$/);
const image = fc.stringMatching(/^[a-z0-9]{1,20}\/[a-z0-9]{1,20}@sha256:[0-9a-f]{64}$/);
const count = fc.integer({ min: 1, max: 500 });
const specs: fc.Arbitrary<ZoneSpec> = fc
  .record({
    domainId: id,
    authorisationId: id,
    unitId: id,
    zone: fc.constantFrom('dev', 'prod'),
    nonce,
    images: fc.array(image, { maxLength: 5 }),
    sealed: fc.boolean(),
    quota: fc.record({ cpu: count, memoryGi: count, storageGi: count, pods: count, volumeClaims: count }),
  })
  .map(({ nonce: random, ...spec }) => ({ ...spec, namespace: zoneNamespace(spec.domainId, spec.zone, random) }));

const forEveryZone = (check: (spec: ZoneSpec) => void): void => {
  fc.assert(fc.property(specs, check), { numRuns: 60 });
};

describe('the objects of a zone', () => {
  it('deny all traffic both ways by default, and admit nothing themselves [ISO-01]', () => {
    forEveryZone((spec) => {
      const policies = zoneObjects(spec, operator).filter((object): object is NetworkPolicy => object.kind === 'NetworkPolicy');
      expect(policies.map((policy) => policy.spec)).toEqual([{ podSelector: {}, policyTypes: ['Ingress', 'Egress'] }]);
    });
  });

  it('bind only the installation’s roles, to the zone’s own accounts or the operator, and define none', () => {
    forEveryZone((spec) => {
      const objects = zoneObjects(spec, operator);
      expect(objects.some((object) => object.kind === 'Role' || object.kind.startsWith('Cluster'))).toBe(false);
      for (const binding of objects.filter((object): object is RoleBinding => object.kind === 'RoleBinding')) {
        expect(Object.values(zoneRoles)).toContain(binding.roleRef.name);
        for (const subject of binding.subjects)
          expect(subject.namespace ?? userNameOf(subject)).toBe(subject.kind === 'User' ? 'opdomain-operator' : spec.namespace);
      }
    });
  });

  it('mount a token nowhere', () => {
    forEveryZone((spec) => {
      const accounts = zoneObjects(spec, operator).filter((object): object is ServiceAccount => object.kind === 'ServiceAccount');
      expect(accounts.map((account) => account.metadata.name).sort()).toEqual(['default', 'opdomain-prober', 'opdomain-workload']);
      expect(accounts.every((account) => !account.automountServiceAccountToken)).toBe(true);
    });
  });

  it('all say whose they are, and all lie in the zone', () => {
    forEveryZone((spec) => {
      for (const object of zoneObjects(spec, operator)) {
        expect(object.metadata.namespace ?? object.metadata.name).toBe(spec.namespace);
        expect(object.metadata.labels).toMatchObject({
          [labels.domain]: spec.domainId,
          [labels.unit]: spec.unitId,
          [labels.zone]: spec.zone,
        });
      }
    });
  });

  it('begin with the namespace under restricted Pod Security at a pinned version [ISO-03]', () => {
    forEveryZone((spec) => {
      const [first] = zoneObjects(spec, operator);
      expect(first?.kind).toBe('Namespace');
      for (const level of ['enforce', 'audit', 'warn']) {
        expect(first?.metadata.labels?.[`pod-security.kubernetes.io/${level}`]).toBe('restricted');
        expect(first?.metadata.labels?.[`pod-security.kubernetes.io/${level}-version`]).toMatch(/^v1\.\d+$/);
      }
    });
  });

  it('read as one picture', () => {
    const domainId = '018f0000-0000-7000-8000-0123456789ab';
    const zone = 'prod';
    const example: ZoneSpec = {
      ...{ domainId, zone, namespace: zoneNamespace(domainId, zone, 'x1y2z3'), authorisationId: 'authorisation', unitId: 'unit' },
      ...{ images: [`registry.example/sql@sha256:${'b'.repeat(64)}`], nodePool: 'prod', sealed: false },
      quota: { cpu: 16, memoryGi: 64, storageGi: 500, pods: 40, volumeClaims: 20 },
    };
    expect(zoneObjects(example, operator)).toMatchSnapshot();
  });

  it('have names that DNS takes and that differ between zones and incarnations', () => {
    forEveryZone((spec) => {
      expect(spec.namespace).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
    });
    expect(() => zoneNamespace('x', 'dev', 'NO')).toThrow(RangeError);
  });
});

describe('what an installation applies', () => {
  const objects = installation({ operator });
  const roles = objects.filter((object): object is Role => object.kind === 'ClusterRole' || object.kind === 'Role');
  const policies = objects.filter((object): object is AdmissionPolicy => object.kind === 'ValidatingAdmissionPolicy');

  it('grants nobody escalation, impersonation or the making of roles, and a wildcard only to what takes stock of a zone or empties it', () => {
    for (const role of roles) {
      const verbs = role.rules.flatMap((rule) => rule.verbs);
      for (const never of ['escalate', 'impersonate', '*']) expect(verbs).not.toContain(never);
      for (const rule of role.rules) {
        const writes = rule.verbs.some((verb) => ['create', 'update', 'patch'].includes(verb));
        if (writes) expect(rule.resources).not.toEqual(expect.arrayContaining(['clusterroles']));
        if (rule.verbs.includes('bind')) expect(rule.resourceNames).toEqual(Object.values(zoneRoles));
        if (rule.resources.includes('*')) expect([/-(inventory|destroyer)$/.test(role.metadata.name), writes]).toEqual([true, false]);
      }
    }
  });

  it('fails closed: every policy denies, takes no parameters, is bound, and stays when the chart goes', () => {
    for (const policy of policies) {
      expect(policy.spec.failurePolicy).toBe('Fail');
      expect(policy.spec).not.toHaveProperty('paramKind');
      const binding = objects.find(
        (object) => object.kind === 'ValidatingAdmissionPolicyBinding' && object.metadata.name === policy.metadata.name,
      );
      expect(binding).toMatchObject({ spec: { policyName: policy.metadata.name, validationActions: ['Deny'] } });
      expect(binding).not.toHaveProperty('spec.paramRef');
      for (const object of [policy, binding]) expect(object?.metadata.annotations?.['helm.sh/resource-policy']).toBe('keep');
    }
  });

  it('names the rule at the start of every refusal, so that a probe can tell the reason', () => {
    for (const validation of policies.flatMap((policy) => policy.spec.validations))
      expect(validation.message).toMatch(/^opdomain\/[a-z-]+: ./);
  });

  it('gives no right before the policies that bound it', () => {
    const kinds = objects.map((object) => object.kind);
    expect(kinds.lastIndexOf('ValidatingAdmissionPolicyBinding')).toBeLessThan(kinds.indexOf('ClusterRoleBinding'));
  });
});
