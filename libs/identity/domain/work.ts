import { defineJob } from '#kernel';

export const expireProposal = defineJob('identity.expire-proposal', 'lapses', { goesOn: 'it ends a proposal' });
