import { firstPeople } from '#identity';
import { Refusal } from '#kernel';
import { bootstrap } from '../../../apps/composition/bootstrap.js';
import type { Platform } from '../../../apps/composition/platform.js';
import { administrators, sampleOrganisations } from '../samples/people.js';

/** Registers the sample's three administrators; data that is found again has them. */
export async function makeFirstPeople(platform: Platform): Promise<void> {
  const { name, creditCode } = sampleOrganisations.platform;
  const people = firstPeople.parse({
    organisation: { name, creditCode },
    administrators: administrators.map((one) => ({ name: one.name, subject: one.subject, role: one.roles[0] })),
  });
  await bootstrap(platform, people).catch((fault: unknown) => {
    if (!(fault instanceof Refusal && fault.code === 'identity.already-bootstrapped')) throw fault;
  });
}
