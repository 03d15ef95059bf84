import { defineJob } from '#kernel';

export const closeMonthsJob = defineJob('metering.close-months', 'lapses');
