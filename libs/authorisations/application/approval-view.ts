import type { z } from 'zod';
import { type Approval, openSlots } from '../domain/approval.js';
import type { ApprovalView } from '../domain/messages/common.messages.js';

export function approvalView(approval: Approval | undefined): z.input<typeof ApprovalView> | null {
  if (!approval) return null;
  const open = openSlots(approval);
  return {
    id: approval.id,
    state: approval.state,
    revision: approval.subject.version,
    digest: approval.subject.digest,
    slots: approval.slots.map((slot) => {
      const vote = approval.votes.find((each) => each.slot === slot.key);
      return {
        ...slot,
        open: open.includes(slot),
        vote: vote
          ? {
              personId: vote.personId,
              grantId: vote.grantId,
              verdict: vote.verdict,
              reasons: vote.reasons,
              decidedOn: vote.decidedOn,
              recordedAt: vote.recordedAt,
              opinion: vote.opinion,
            }
          : null,
      };
    }),
  };
}
