import { defineJob } from '#kernel';

export const expireProposal = defineJob('identity.expire-proposal', 'lapses', { maxAttempts: 20 });
