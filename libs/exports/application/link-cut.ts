import { Domains } from '#domains';
import { systemAct, type Clock, type CutPath, type CutScope, type Id, type Instant, type PathCut } from '#kernel';
import { UnitOfWork, type Tx } from '#platform/database';
import { CLOCK } from '#platform/http';
import { Implements } from '#platform/seams';
import { SeatAccess } from '#seats';
import { Inject, Injectable } from '@nestjs/common';
import { decideDownload } from '../domain/release.js';
import { LinksRepository, type LinkScope } from '../persistence/links.repository.js';
import { RequestsRepository } from '../persistence/requests.repository.js';
import { underOf } from './export-views.js';

/** Download links of a receipt: revoked at once, running downloads end at their next look, each link is tried once more. */
@Implements('cut-path')
@Injectable()
export class LinkCut implements CutPath {
  readonly path = 'download-links';
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly links: LinksRepository,
    private readonly requests: RequestsRepository,
    private readonly domains: Domains,
    private readonly seats: SeatAccess,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async cut(scope: CutScope, at: Instant): Promise<readonly PathCut[]> {
    const ids = await this.unitOfWork.run(systemAct('exports', 'export-request.link-revoked', at), async (tx) => {
      const open = await this.links.openIn(tx, await this.scopeOf(tx, scope), at);
      for (const id of open) await this.revoke(tx, id);
      return open;
    });
    const cutAt = this.clock.now();
    if (ids.length === 0)
      return [this.row(`${scope.kind}/${scope.id}`, at, 'nothing-open', { how: 'open links of the scope', answer: '0', refused: true })];
    return Promise.all(ids.map(async (id) => this.row(`release-link/${id}`, cutAt, 'acknowledged', await this.probe(id))));
  }

  private async scopeOf(tx: Tx, scope: CutScope): Promise<LinkScope> {
    if (scope.kind === 'domain')
      return { kind: 'authorisation', id: (await this.domains.facts(tx, { domainId: scope.id })).authorisationId };
    if (scope.kind !== 'seat') return { kind: scope.kind, id: scope.id };
    const { scenarioId, personId } = await this.seats.whose(tx, scope.id);
    return { kind: 'scenario', id: scenarioId, personId };
  }

  private async revoke(tx: Tx, id: Id): Promise<void> {
    const link = await this.links.lock(tx, id);
    const row = await this.requests.get(tx, link.requestId);
    await this.links.move(tx, link, { state: 'revoked' });
    await tx.record({ action: 'export-request.link-revoked', ...underOf(row), details: { linkId: id, served: link.served } });
  }

  /** Asks for the first byte as the link's own person would, by the rule that every download goes through. */
  private async probe(id: Id): Promise<{ how: string; answer: string; refused: boolean }> {
    const at = this.clock.now();
    const how = 'ask for the first byte as the link’s own person';
    const link = await this.unitOfWork.read(systemAct('exports', 'export-request.read', at), (tx) => this.links.get(tx, id));
    try {
      decideDownload(link, { bytes: 1, digest: 'sha256:' }, { personId: link.personId, at, from: 0 });
      return { how, answer: 'served', refused: false };
    } catch {
      return { how, answer: `410 export.link-gone (${link.state})`, refused: true };
    }
  }

  private row(
    object: string,
    cutAt: Instant,
    closedBy: PathCut['closedBy'],
    probe: { how: string; answer: string; refused: boolean },
  ): PathCut {
    return { path: this.path, object, cutAt, closedBy, probe: { ...probe, at: this.clock.now() } };
  }
}
