import { Domains } from '#domains';
import { Refusal, systemAct, type CutMoment, type CutPath, type CutScope, type Id, type Instant, type PathCut } from '#kernel';
import { UnitOfWork, type Tx } from '#platform/database';
import { Implements } from '#platform/seams';
import { gateRows, SeatAccess } from '#seats';
import { Injectable } from '@nestjs/common';
import { decideDownload } from '../domain/release.js';
import { LinksRepository, type LinkScope } from '../persistence/links.repository.js';
import { RequestsRepository } from '../persistence/requests.repository.js';
import { underOf } from './export-views.js';

/** Download links of a receipt: revoked at once, each is tried once more; what every download rests on besides is asked of each replica. */
@Implements('cut-path')
@Injectable()
export class LinkCut implements CutPath {
  readonly path = 'download-links';
  readonly limits = 'A link is tried by the rule of every download, without the token of its person, which only the issuer could make.';
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly links: LinksRepository,
    private readonly requests: RequestsRepository,
    private readonly domains: Domains,
    private readonly seats: SeatAccess,
  ) {}

  async cut(scope: CutScope, moment: CutMoment): Promise<readonly PathCut[]> {
    const at = moment.now();
    const ids = await this.unitOfWork.run(systemAct('exports', 'export-request.link-revoked', at), async (tx) => {
      const open = await this.links.openIn(tx, await this.scopeOf(tx, scope), at);
      for (const id of open) await this.revoke(tx, id);
      return open;
    });
    const cutAt = moment.now();
    const gate = gateRows(this.path, await moment.gate(), () => cutAt);
    if (ids.length > 0) return [...gate, ...(await Promise.all(ids.map((id) => this.tried(id, cutAt, moment))))];
    const probe = { how: 'open links of the scope', answer: '0', refused: true, at: moment.now() };
    return [...gate, { path: this.path, object: `${scope.kind}/${scope.id}`, cutAt, closedBy: 'nothing-open', probe }];
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
  private async tried(id: Id, cutAt: Instant, { now }: CutMoment): Promise<PathCut> {
    const at = now();
    const link = await this.unitOfWork.read(systemAct('exports', 'export-request.read', at), (tx) => this.links.get(tx, id));
    const row = (answer: string, refused: boolean): PathCut => ({
      path: this.path,
      object: `release-link/${id}`,
      cutAt,
      closedBy: 'acknowledged',
      probe: { how: 'ask for the first byte as the link’s own person', answer, refused, at },
    });
    try {
      decideDownload(link, { bytes: 1, digest: 'sha256:' }, { personId: link.personId, at, from: 0 });
      return row('served', false);
    } catch (fault) {
      if (!(fault instanceof Refusal)) throw fault;
      return row(`${fault.code} (${link.state})`, true);
    }
  }
}
