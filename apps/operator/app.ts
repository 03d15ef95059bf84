import { DOMAINS_CONFIG, type DomainsConfig } from '#domains';
import { codeOf, newId } from '#kernel';
import { LeaderElection, ReconcileLoop, type Reconciler, type Term } from '#platform/kube';
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { hostname } from 'node:os';
import { ComposedModule } from '../composition/platform.module.js';
import type { Platform } from '../composition/platform.js';

/**
 * Runs every context's reconcilers while this process leads. Several may run: one leads, the others wait, and what the leader writes
 * carries its term. @returns what gives the lead back and stops.
 */
export async function startOperator(platform: Platform): Promise<() => Promise<void>> {
  const types = platform.contexts.flatMap((context) => context.reconcilers) as unknown as Type<Reconciler>[];
  const module = ComposedModule.of(platform, { providers: types });
  const app = await NestFactory.createApplicationContext(module, { logger: ['error', 'fatal'], abortOnError: false });
  const { systemNamespace, leaseSeconds } = app.get<DomainsConfig>(DOMAINS_CONFIG);
  const reconcilers = types.map((type) => app.get<Reconciler>(type));
  const election = new LeaderElection(platform.cluster, {
    namespace: systemNamespace,
    name: 'opdomain-operator',
    identity: `${hostname()}-${newId().slice(-12)}`,
    leaseSeconds,
    clock: platform.clock,
    cannotAsk: (fault) => {
      platform.log.warn('operator.cannot-lead', { refusal: codeOf(fault) });
    },
  });
  const lead = async (term: Term, lost: AbortSignal): Promise<void> => {
    platform.log.info('operator.leading', { term: term.number });
    try {
      await Promise.all(
        reconcilers.map((reconciler) =>
          new ReconcileLoop(reconciler, { term, cluster: platform.cluster.fenced(term, reconciler.share) }, platform.log).run(lost),
        ),
      );
    } catch (fault) {
      // The lease is given back; whoever is elected next, perhaps this process, begins anew.
      platform.log.error('operator.failed', fault, { term: term.number });
    }
    platform.log.info('operator.term-over', { term: term.number });
  };
  const running = election.run(lead);
  return async () => {
    election.stop();
    await running;
    await app.close();
  };
}
