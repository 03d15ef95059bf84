import { sha256 } from '#kernel';
import type { DomainView, ProbeRunView } from '#domains/contract';
import type { z } from 'zod';
import type { Teller } from '../teller.js';
import type { World } from '../world.js';

type Domain = z.output<typeof DomainView>;
type Page<T> = { readonly items: readonly T[] };

/** An image of the catalogue, by digest: the workspace runs where there is a node. */
export const workspaceImage = `opdomain/workspace-python@${sha256('workspace-python')}`;

/** The operator provisions the domain by itself once the authorisation is in force; no seat before every negative probe held. */
export async function domainChapter(teller: Teller, world: World): Promise<void> {
  await teller.step('domain provisioned on the API server, every negative probe refused for the right reason', async () => {
    await world
      .as('lin')
      .post('/catalogue-images', { image: workspaceImage, title: 'Python 工作台', purpose: 'workspace', zones: ['dev'] });
    const { domain, run } = await world.until(
      'the domain to be ready and every probe of its newest run to have held',
      async (saw) => {
        const page = await world.as('lin').get<Page<Domain>>(`/operation-domains?authorisationId=${world.id('authorisation')}`);
        const [one] = page.items;
        saw(one === undefined ? 'no domain' : [one.state, ...one.troubles.map((trouble) => trouble.kind)].join(', '));
        if (one?.state !== 'ready') return undefined;
        const probes = await world.as('an').get<Page<z.output<typeof ProbeRunView>>>(`/operation-domains/${one.id}/probes`);
        const [newest] = probes.items;
        saw(`ready, ${String(newest?.held ?? 0)} of ${String(newest?.asked ?? 0)} probes held`);
        return newest !== undefined && newest.held === newest.asked && { domain: one, run: newest };
      },
      180,
    );
    world.remember('domain', domain.id);
    const example = run.verdicts.find((verdict) => verdict.message.includes('opdomain/')) ?? run.verdicts[0];
    return {
      domain: domain.id,
      zones: domain.zones.map((zone) => zone.namespace),
      probes: `${String(run.held)} of ${String(run.asked)} refused as expected`,
      walls: [...new Set(run.verdicts.map((verdict) => verdict.wall))].sort(),
      example: example === undefined ? '' : `${example.probe}: ${example.message}`,
    };
  });
}
