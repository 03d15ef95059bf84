import { refOf, type Cluster, type KubeObject } from '#platform/kube';
import { admissionPolicies, type InstallOptions } from '../manifests/index.js';
import { difference } from './difference.js';

const kinds = ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'] as const;

/**
 * Names of admission policies that are missing or are not what the installation applied. The operator may look at them and not mend
 * them: whoever can change a policy is outside the guarantee, so a change is said aloud and closes the domains to new use.
 */
export async function changedPolicies(cluster: Cluster, options: InstallOptions): Promise<readonly string[]> {
  const lists = await Promise.all(kinds.map((kind) => cluster.list({ apiVersion: 'admissionregistration.k8s.io/v1', kind })));
  const wanted = admissionPolicies(options);
  const ours = new Set(wanted.map((object) => object.metadata.name));
  const standing: readonly KubeObject[] = lists.flatMap((list) => list.items).filter((object) => ours.has(object.metadata.name));
  const steps = difference(wanted, standing);
  const going = standing.filter((object) => object.metadata.deletionTimestamp !== undefined);
  const names = [
    ...steps.map((step) => (step.do === 'remove' ? step.ref : refOf(step.object)).name),
    ...going.map((object) => object.metadata.name),
  ];
  return [...new Set(names)].sort();
}
