import { type Id, newId } from '#kernel';
import type { Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import type { Approval, ApprovalSubjectKind, Vote } from '../domain/approval.js';
import type { ApprovalState } from '../domain/approval.states.js';
import { ApprovalRow, VoteRow } from './review.entities.js';
import { approvalTable } from './tables.js';

/** An approval with its votes, and the row that it was read from. */
export interface StoredApproval {
  readonly row: ApprovalRow;
  readonly approval: Approval;
}

@Injectable()
export class ApprovalsRepository {
  private readonly table = approvalTable;

  async insert(tx: Tx, ownerId: Id, approval: Approval): Promise<void> {
    const { subject } = approval;
    await this.table.insert(tx, {
      id: approval.id,
      createdAt: tx.context.at,
      ownerId,
      subjectKind: subject.kind,
      subjectId: subject.id,
      subjectRevision: subject.version,
      digest: subject.digest,
      state: 'open',
      slots: approval.slots,
      requesterId: approval.requesterId,
      requesterOrganisationIds: approval.requesterOrganisationIds,
    });
  }

  /** The newest approval of a subject. */
  async latest(tx: Tx, kind: ApprovalSubjectKind, subjectId: Id): Promise<StoredApproval | undefined> {
    const row = (await this.table.where(tx, { subjectKind: kind, subjectId })).at(-1);
    return row && { row, approval: await this.withVotes(tx, row) };
  }

  /** Locks the newest approval, so that two votes at once are counted one after the other. */
  async lockLatest(tx: Tx, kind: ApprovalSubjectKind, subjectId: Id): Promise<StoredApproval | undefined> {
    const found = (await this.table.where(tx, { subjectKind: kind, subjectId })).at(-1);
    if (!found) return undefined;
    const row = await this.table.lock(tx, found.id);
    return { row, approval: await this.withVotes(tx, row) };
  }

  async addVote(tx: Tx, row: ApprovalRow, vote: Vote, state: ApprovalState): Promise<void> {
    await managerOf(tx).insert(VoteRow, { id: newId(), approvalId: row.id, ownerId: row.ownerId, ...vote });
    await this.setState(tx, row, state);
  }

  async setState(tx: Tx, row: ApprovalRow, state: ApprovalState): Promise<void> {
    await (state === row.state || state === 'open' ? this.table.update(tx, row, {}) : this.table.move(tx, row, { state }));
  }

  private async withVotes(tx: Tx, row: ApprovalRow): Promise<Approval> {
    const cast = await managerOf(tx).find(VoteRow, { where: { approvalId: row.id }, order: { id: 'ASC' } });
    // One that fell stays on record; the one that took its place counts.
    const votes = cast.filter((vote, at) => !cast.slice(at + 1).some(({ slot }) => slot === vote.slot));
    return {
      id: row.id,
      subject: { kind: row.subjectKind, id: row.subjectId, version: row.subjectRevision, digest: row.digest },
      state: row.state,
      slots: row.slots,
      votes: votes.map(({ id: _, approvalId: __, ownerId: ___, ...vote }) => vote),
      requesterId: row.requesterId,
      requesterOrganisationIds: row.requesterOrganisationIds,
    };
  }
}
