import { dayOf, residentIdCheck, sha256, systemClock } from '#kernel';
import { sampleOrganisations, samplePeople, type SampleOrganisation, type SamplePerson } from '../../samples/people.js';
import type { Teller } from '../teller.js';
import { inDays, type World } from '../world.js';

/** Under which authority an organisation stands: its people and holdings are that one's to decide on, and of those above it. */
const superiors: Readonly<Partial<Record<SampleOrganisation, SampleOrganisation>>> = {
  authority: 'government',
  provider: 'authority',
  unit: 'authority',
};

interface Made {
  readonly id: string;
}

/** Registers unit, provider, authority and their people, gives roles, and files what a seat needs. */
export async function castChapter(teller: Teller, world: World): Promise<void> {
  await teller.step('sign in as the three separated administrators', async () => {
    const roles: Record<string, string[]> = {};
    for (const subject of ['lin', 'an', 'shen']) {
      const self = await world.as(subject).get<{ personId: string; organisationId: string; roles: string[] }>('/people/self');
      world.people.set(subject, self.personId);
      world.organisations.set('platform', self.organisationId);
      roles[subject] = self.roles;
    }
    const refusal = await world.as('an').refused('identity.roles-separated', 'POST', '/role-proposals', {
      personId: world.person('lin'),
      role: 'security-admin',
      scope: { kind: 'platform' },
    });
    return { roles, 'one person, two of the three': refusal.code };
  });

  await teller.step('register authority, provider and operating unit with their people', async () => {
    for (const name of ['government', 'authority', 'coordination', 'experts', 'provider', 'unit'] as const) {
      const superior = superiors[name];
      const parent = superior === undefined ? {} : { parentId: world.organisation(superior) };
      const { id } = await world.as('lin').post<Made>('/organisations', { ...sampleOrganisations[name], ...parent });
      world.organisations.set(name, id);
    }
    for (const person of samplePeople.filter((one) => one.organisation !== 'platform')) {
      const { id } = await world.as('lin').post<Made>('/people', {
        name: person.name,
        issuer: world.installation.issuer,
        subject: person.subject,
        organisationId: world.organisation(person.organisation),
      });
      world.people.set(person.subject, id);
      // Who decides, or is only proposed for it, is known by a verified number first; `li` and `sun` are verified with their other records.
      if (person.organisation !== 'unit' || person.subject === 'he')
        await world.as('an').post(`/people/${id}/records`, {
          ...{ kind: 'real-name', evidenceDigest: sha256(`${person.subject} real-name`), details: { level: 'L3' } },
          identityNumber: sampleNumber(person.subject),
        });
      for (const role of person.roles) await giveRole(world, person, role);
    }
    const alone = await world.as('an').post<Made>('/role-proposals', {
      personId: world.person('he'),
      role: 'export-reviewer',
      scope: { kind: 'platform' },
    });
    const refusal = await world.as('an').refused('identity.second-person-needed', 'POST', `/role-proposals/${alone.id}/confirmations`);
    await world.as('zhou').post(`/role-proposals/${alone.id}/refusals`, { reason: '运营单位人员不宜审核' });
    return { organisations: world.organisations.size, people: world.people.size, 'one administrator alone makes a reviewer': refusal.code };
  });

  await teller.step('file people: real name, filing, vetting, agreement, training', async () => {
    const incomplete = await world.as('zhou').refused('identity.record-incomplete', 'POST', `/people/${world.person('li')}/records`, {
      kind: 'confidentiality-agreement',
      evidenceDigest: sha256('agreement'),
      details: { signer: '李开' },
    });
    const filed = [];
    for (const subject of ['li', 'sun']) {
      for (const [kind, details] of Object.entries(records)) {
        await world.as('zhou').post(`/people/${world.person(subject)}/records`, {
          kind,
          documentedFrom: inDays(-1),
          validUntil: kind === 'real-name' ? null : inDays(360),
          evidenceDigest: sha256(`${subject} ${kind}`),
          details,
          ...(kind === 'real-name' ? { identityNumber: sampleNumber(subject) } : {}),
        });
        filed.push(`${subject}/${kind}`);
      }
    }
    return { records: filed.length, 'agreement without period and liability': incomplete.code };
  });
}

const records: Readonly<Record<string, Record<string, string>>> = {
  'real-name': { level: 'L3' },
  filing: { number: '浙数备〔2026〕018号' },
  vetting: { reviewer: '浙江省数据局', result: 'passed' },
  'confidentiality-agreement': { signer: '本人', period: '离岗后三年', liability: '依协议第七条' },
  training: { certificate: 'ZJ-2026-0411', organiser: '浙江省数据局' },
};

/** A made-up identity number with its check digit (GB 11643), one for each person of the sample. */
function sampleNumber(subject: string): string {
  const first17 = `1101051990010${String(1000 + samplePeople.findIndex((person) => person.subject === subject))}`;
  return first17 + residentIdCheck(first17);
}

/** Roles of the unit at once; a role that decides is proposed by the security administrator and confirmed by the other side. */
async function giveRole(world: World, person: SamplePerson, role: string): Promise<void> {
  const personId = world.person(person.subject);
  const scope = scopeOf(role, person.organisation, world);
  if (person.organisation === 'unit') {
    await world.as('an').post(`/people/${personId}/role-grants`, { role, scope });
    return;
  }
  const { id } = await world.as('an').post<Made>('/role-proposals', { personId, role, scope });
  await world.as(confirmerOf(person)).post(`/role-proposals/${id}/confirmations`);
}

/** An authority above; for the first people of an authority that has none, the audit administrator. */
function confirmerOf({ subject, organisation }: SamplePerson): string {
  if (organisation === 'government' || organisation === 'coordination') return 'shen';
  return subject === 'zhou' ? 'gao' : 'zhou';
}

function scopeOf(role: string, organisation: SampleOrganisation, world: World): unknown {
  if (role === 'authority') return { kind: 'region', authorityId: world.organisation(organisation) };
  if (role === 'evaluator')
    return { kind: 'mandate', organisationId: world.organisation('unit'), from: dayOf(systemClock.now()), until: inDays(90) };
  if (role === 'export-reviewer') return { kind: 'platform' };
  return { kind: 'unit', organisationId: world.organisation(organisation) };
}
