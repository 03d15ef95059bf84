import { defineJob } from '#kernel';

export const closeMonthsJob = defineJob('metering.close-months', 'lapses', { goesOn: 'what was used is settled whatever has ended' });
