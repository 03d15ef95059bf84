import type { DesensitisationPlanView, DesensitisationRunView } from '#desensitisation/contract';
import type { z } from 'zod';
import type { Teller } from '../teller.js';
import { UnexpectedAnswer } from '../waits.js';
import type { World } from '../world.js';

type Plan = z.output<typeof DesensitisationPlanView>;
type Run = z.output<typeof DesensitisationRunView>;

/** Plans proposed by detection, completed and approved by people, run in a sandbox, checked on the output, published whole. */
export async function desensitisationChapter(teller: Teller, world: World): Promise<void> {
  await teller.step('plan proposed by detection, refused while a direct identifier is kept, then approved', async () => {
    const proposed = await propose(world, 'residents');
    const content = must(proposed.content);
    const leaky = {
      ...content,
      columns: content.columns.map((column) => (column.column === '公民身份号码' ? { ...column, technique: { kind: 'keep' } } : column)),
    };
    const refusal = await world.as('sun').refusedAny('PUT', `/desensitisation-plans/${proposed.id}`, leaky);
    const changed = await world.as('sun').put<Plan>(`/desensitisation-plans/${proposed.id}`, {
      ...content,
      columns: content.columns.map((column) =>
        column.column === '公民身份号码'
          ? { ...column, technique: { kind: 'pseudonym', algorithm: 'hmac-sm3', purpose: 'linkage', hexLength: 32 } }
          : column,
      ),
      sampling: { rate: 0.05, atMost: 10_000 },
    });
    const self = await world.as('sun').refusedAny('POST', `/desensitisation-plans/${changed.id}/approvals`, {
      revision: changed.revision,
      digest: changed.digest,
    });
    await world.as('qian').post(`/desensitisation-plans/${changed.id}/approvals`, { revision: changed.revision, digest: changed.digest });
    return {
      plan: changed.id,
      techniques: Object.fromEntries(must(changed.content).columns.map((column) => [column.column, column.technique.kind])),
      'identifier kept': refusal.code,
      'approved by the unit itself': self.code,
    };
  });

  await teller.step('desensitised and sampled into dev, with its proof', async () => {
    const run = await carryOut(world, 'residents');
    return { run: run.id, ...proofOf(run) };
  });

  await teller.step('the Adult extract likewise', async () => {
    const proposed = await propose(world, 'adult');
    const changed = await world
      .as('sun')
      .put<Plan>(`/desensitisation-plans/${proposed.id}`, { ...must(proposed.content), sampling: { rate: 0.1, atMost: 3_000 } });
    await world.as('qian').post(`/desensitisation-plans/${changed.id}/approvals`, { revision: changed.revision, digest: changed.digest });
    const run = await carryOut(world, 'adult');
    return { run: run.id, ...proofOf(run) };
  });
}

async function propose(world: World, name: 'residents' | 'adult'): Promise<Plan> {
  const ordered = await world.as('qian').post<Plan>(`/dataset-copies/${world.id(`${name}-copy`)}/plan-proposals`, {});
  const plan = await world.until(`the proposal for ${name} to be a draft`, async (saw) => {
    const now = await world.as('qian').get<Plan>(`/desensitisation-plans/${ordered.id}`);
    if (now.state === 'failed') throw new UnexpectedAnswer(`expected a proposal for ${name}; it failed with ${now.cause ?? 'no cause'}`);
    saw(now.state);
    return now.state === 'draft' ? now : undefined;
  });
  world.remember(`${name}-plan`, plan.id);
  return plan;
}

async function carryOut(world: World, name: 'residents' | 'adult'): Promise<Run> {
  const ordered = await world.as('sun').post<Run>('/desensitisation-runs', { planId: world.id(`${name}-plan`) });
  const run = await world.until(
    `the run over ${name} to have succeeded`,
    async (saw) => {
      const now = await world.as('sun').get<Run>(`/desensitisation-runs/${ordered.id}`);
      if (now.state === 'failed')
        throw new UnexpectedAnswer(`expected the run over ${name} to succeed; it failed with ${now.cause?.code ?? 'no cause'}`);
      saw(now.state);
      return now.state === 'succeeded' ? now : undefined;
    },
    240,
  );
  world.remember(`${name}-run`, run.id);
  return run;
}

const proofOf = (run: Run): Record<string, unknown> => ({
  'rows in and out': `${String(run.rowsIn)} → ${String(run.rowsOut)}`,
  engine: run.engine,
  sha256: run.sha256,
  proof: run.proof?.checks.map((check) => `${check.check}${check.column === undefined ? '' : ` ${check.column}`}: ${check.verdict}`),
});

function must<T>(value: T | null): T {
  if (value === null) throw new Error('the plan has no content');
  return value;
}
