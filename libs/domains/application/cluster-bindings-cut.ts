import {
  Batched,
  systemAct,
  type Clock,
  type CutMoment,
  type CutPath,
  type CutScope,
  type Id,
  type JsonObject,
  type PathCut,
} from '#kernel';
import { UnitOfWork, type Tx } from '#platform/database';
import { CLOCK } from '#platform/http';
import { Implements } from '#platform/seams';
import { Inject, Injectable } from '@nestjs/common';
import type { AccessCheck } from '../domain/operator-work.js';
import { DesiredRepository } from '../persistence/desired.repository.js';
import { DomainsRepository } from '../persistence/domains.repository.js';
import { Orders } from './orders.js';

/**
 * Bindings in the cluster. People hold no credential there at all, so what is cut is what was put into zones on their behalf, and what
 * is shown is that nothing is bound that nobody wants and that a shell is refused, by an account inside the zone.
 */
@Implements('cut-path')
@Injectable()
export class ClusterBindingsCut implements CutPath {
  readonly path = 'cluster-bindings';
  readonly limits =
    'Watches that stood before may last as long as their client’s timeout; people hold no cluster credential that could open one.';
  private readonly concerned = new Batched<CutScope, readonly Id[]>(
    (scopes) => this.unitOfWork.read(systemAct('domains', 'domain.read', this.clock.now()), (tx) => this.domainsOf(tx, scopes)),
    { gatherMs: 0 },
  );

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly domains: DomainsRepository,
    private readonly desired: DesiredRepository,
    private readonly orders: Orders,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async cut(scope: CutScope, moment: CutMoment): Promise<readonly PathCut[]> {
    const domainIds = await this.concerned.ask(scope);
    if (domainIds.length === 0) return [nothingOpen(scope, moment)];
    return (await Promise.all(domainIds.map((id) => this.check(id, moment)))).flat();
  }

  private async check(domainId: Id, moment: CutMoment): Promise<readonly PathCut[]> {
    const look = await this.orders.look({ domainId, kind: 'access', cutId: moment.cutId }, moment.seenAt, enough);
    if (look === undefined) return [this.silent(domainId, moment)];
    const { at } = look;
    return zonesOf(look.result).map((zone) => ({
      path: this.path,
      object: `${zone.namespace}: ${String(zone.bindings.length)} bindings, ${String(zone.foreign.length)} unwanted`,
      cutAt: at,
      closedBy: 'acknowledged',
      probe: {
        how: zone.probe.how,
        answer: zone.foreign.length === 0 ? zone.probe.answer : `still bound: ${zone.foreign.join(', ')}`,
        refused: closed(zone),
        at,
      },
    }));
  }

  /** Asked and not answered yet: it is looked again, and nothing waits for it here. */
  private silent(domainId: Id, { now }: CutMoment): PathCut {
    const at = now();
    const probe = {
      how: 'the operator was asked who is bound in the zones',
      answer: 'domain.operator-silent',
      refused: 'unknown' as const,
      at,
    };
    return { path: this.path, object: `domain ${domainId}`, cutAt: at, closedBy: 'acknowledged', probe };
  }

  private async domainsOf(tx: Tx, scopes: readonly CutScope[]): Promise<readonly (readonly Id[])[]> {
    const owners = await this.desired.domainsOfOwners(
      tx,
      scopes.flatMap(({ kind, id }) => (kind === 'seat' ? [id] : [])),
    );
    const domains = [];
    for (const scope of scopes) domains.push(scope.kind === 'seat' ? (owners.get(scope.id) ?? []) : await this.wide(tx, scope));
    return domains;
  }

  private async wide(tx: Tx, scope: CutScope): Promise<readonly Id[]> {
    switch (scope.kind) {
      case 'domain':
        return [scope.id];
      case 'authorisation': {
        const domain = await this.domains.find(tx, { authorisationId: scope.id }, 'none');
        return domain === undefined || domain.state === 'destroyed' ? [] : [domain.id];
      }
      case 'unit':
        return this.domains.ofUnit(tx, scope.id);
      case 'scenario':
        return unique(await this.desired.ofScenario(tx, scope.id));
      case 'seat':
      case 'person':
        return [];
    }
  }
}

const zonesOf = (result: JsonObject) => (result as unknown as { readonly zones: readonly AccessCheck[] }).zones;
/** An answer without a zone shows nothing of any. */
const enough = (result: JsonObject): boolean => zonesOf(result).length > 0 && zonesOf(result).every(closed);
const closed = ({ probe, foreign }: AccessCheck): boolean => probe.refused && foreign.length === 0;

const unique = (rows: readonly { readonly domainId: Id }[]): readonly Id[] => [...new Set(rows.map((row) => row.domainId))];

const nothingOpen = (scope: CutScope, { seenAt, now }: CutMoment): PathCut => ({
  path: 'cluster-bindings',
  object: `${scope.kind} ${scope.id}: nothing in the cluster`,
  cutAt: seenAt,
  closedBy: 'nothing-open',
  probe: {
    how: 'what zones hold on its behalf was looked up',
    answer: 'nothing; people hold no cluster credentials',
    refused: true,
    at: now(),
  },
});
