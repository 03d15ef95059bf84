import { areAffiliated, Organisations, People, Standings } from '#identity';
import { type Id, type Parties, dayOf, newId, standingFor } from '#kernel';
import type { Digest } from '#kernel';
import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import {
  type Approval,
  type ApprovalSubject,
  type ApprovalSubjectKind,
  type Slot,
  assertReplacesFallen,
  decideVote,
  openApproval,
  openSlots,
} from '../domain/approval.js';
import { kindsOfParty } from '../domain/parties.js';
import { refuse } from '../domain/refusals.js';
import { StageBodies } from './stage-bodies.js';
import { ApprovalsRepository } from '../persistence/approvals.repository.js';

export interface Ballot {
  /** May be left out: the open slot for whose organisation the voter decides. */
  readonly slot?: string | undefined;
  readonly verdict: 'yes' | 'no';
  readonly reasons: string;
  readonly digest: Digest;
  readonly decidedOn?: string | undefined;
  readonly opinion?: Digest | undefined;
}

/** Reviews by votes on a frozen, digested version; the one way in which this context lets several parties decide. */
@Injectable()
export class Reviews {
  constructor(
    private readonly repository: ApprovalsRepository,
    private readonly people: People,
    private readonly organisations: Organisations,
    private readonly standings: Standings,
    private readonly bodies: StageBodies,
  ) {}

  async open(
    tx: Tx,
    opening: { ownerId: Id; subject: ApprovalSubject; slots: readonly Slot[]; requesterId: Id; requesterOrganisationIds: readonly Id[] },
  ): Promise<Approval> {
    const { ownerId, ...rest } = opening;
    for (const slot of opening.slots) await this.assertFit(tx, slot, opening.requesterOrganisationIds);
    const approval = openApproval({ id: newId(Date.parse(tx.context.at)), ...rest });
    await this.repository.insert(tx, ownerId, approval);
    return approval;
  }

  /** None may be of another kind than its role, or stand close to who asks (ACC-05). */
  private async assertFit(tx: Tx, slot: Slot, requesterOrganisationIds: readonly Id[]): Promise<void> {
    const named = await this.organisations.get(tx, slot.organisationId);
    if (!kindsOfParty[slot.party].includes(named.kind))
      throw refuse('approval.party-of-other-kind', { party: slot.party, kind: named.kind });
    for (const id of requesterOrganisationIds)
      if (areAffiliated(named, await this.organisations.get(tx, id))) throw refuse('approval.self-review', { slot: slot.key });
  }

  async latest(tx: Tx, kind: ApprovalSubjectKind, subjectId: Id): Promise<Approval | undefined> {
    return (await this.repository.latest(tx, kind, subjectId))?.approval;
  }

  /**
   * Casts the acting person's vote, after those that still stand: one by somebody who is locked or lost the role since is given anew first. The caller journals it on the owner, and acts on the outcome.
   * @param current digest of the subject as it stands.
   * @param about whose matter it is.
   */
  async cast(tx: Tx, subject: { kind: ApprovalSubjectKind; id: Id }, ballot: Ballot, current: Digest, about: Parties): Promise<Approval> {
    const { at } = tx.context;
    const person = await this.standings.acting(tx);
    const stored = await this.repository.lockLatest(tx, subject.kind, subject.id);
    if (!stored) throw refuse('approval.not-found', { id: subject.id });
    const { row } = stored;
    // What somebody asked for who is locked, or holds no role any more, nobody decides: another of theirs asks anew.
    await this.standings.assertStands(tx, row.requesterId, () => true);
    const fallen = await this.standings.fallen(tx, stored.approval.votes);
    const approval = { ...stored.approval, votes: stored.approval.votes.filter((vote) => !fallen.includes(vote)) };
    const facts = await this.people.facts(tx, person.personId, 'share');
    const decidesFor = (slot: Slot) => standingFor(person, slot.organisationId, about, at);
    const key = ballot.slot ?? ownSlot(approval, decidesFor);
    const slot = approval.slots.find((each) => each.key === key);
    const grant = slot && decidesFor(slot);
    assertReplacesFallen(fallen, key);
    if (slot?.bodyId !== undefined && !(await this.bodies.standsStill(tx, slot.bodyId))) throw refuse('approval.body-ended', { slot: key });
    const decision = decideVote(
      approval,
      {
        slot: key,
        personId: person.personId,
        organisationId: slot && grant ? slot.organisationId : person.organisationId,
        grantId: grant?.id ?? null,
        tiedTo: facts.affiliations.map((affiliation) => affiliation.organisationId),
        verdict: ballot.verdict,
        reasons: ballot.reasons,
        digest: ballot.digest,
        decidedOn: ballot.decidedOn ?? dayOf(at),
        ...(ballot.opinion === undefined ? {} : { opinion: ballot.opinion }),
      },
      current,
      at,
    );
    const vote = decision.votes.at(-1);
    if (vote && decision.votes.length > approval.votes.length) await this.repository.addVote(tx, row, vote, decision.state);
    else await this.repository.setState(tx, row, decision.state);
    return { ...approval, ...decision };
  }

  /** Voids an open review of what was taken back or replaced. */
  async void(tx: Tx, kind: ApprovalSubjectKind, subjectId: Id): Promise<void> {
    const stored = await this.repository.lockLatest(tx, kind, subjectId);
    if (stored?.approval.state === 'open') await this.repository.setState(tx, stored.row, 'voided');
  }
}

/** The slot for which someone decides now; or the first of theirs, so that the refusal says whose turn it is. */
const ownSlot = (approval: Approval, decidesFor: (slot: Slot) => unknown): string =>
  (openSlots(approval).find(decidesFor) ?? approval.slots.find(decidesFor))?.key ?? 'none';
