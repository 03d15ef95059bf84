import { refuserOf, type RefusalCatalogue } from '#kernel';

export const queueRefusals = {
  'queue.no-handler': {
    status: 500,
    transient: true,
    zh: '没有处理 {name} 的程序。',
    en: 'Nothing handles work named {name}.',
    satisfyZh: '请部署包含该处理程序的版本后重放。',
    satisfyEn: 'Deploy a version that handles it, then replay the dead letter.',
  },
  'queue.workers-lost': {
    status: 500,
    transient: true,
    zh: '{name} 的执行程序多次中断，未留下结果。',
    en: 'Every worker that took {name} ended without saying how it went.',
    satisfyZh: '请查看执行程序的内存与日志，再重放。',
    satisfyEn: 'Look at the workers’ memory and logs, then replay it.',
  },
  'queue.already-open': {
    status: 409,
    zh: '同一任务已重新下达（{id}）。',
    en: 'The same work has been ordered again ({id}).',
    satisfyZh: '请等待该任务完成。',
    satisfyEn: 'Wait for that order; it does what the dead letter would.',
  },
  'queue.no-event': {
    status: 500,
    transient: true,
    zh: '找不到该任务对应的事件。',
    en: 'The event of this work is gone.',
    satisfyZh: '请检查数据库恢复记录。',
    satisfyEn: 'Check what was restored into the database.',
  },
} satisfies RefusalCatalogue;

/** A refusal of this catalogue: a code that does not stand in it does not compile. */
export const refuse = refuserOf(queueRefusals);
