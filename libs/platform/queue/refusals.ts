import { refuserOf, type RefusalCatalogue } from '#kernel';

export const queueRefusals = {
  'queue.no-handler': {
    status: 500,
    transient: true,
    zh: '没有处理 {name} 的程序。',
    en: 'Nothing handles work named {name}.',
    satisfyZh: '请部署包含该处理程序的版本。',
    satisfyEn: 'Deploy a version that handles it.',
  },
  'queue.workers-lost': {
    status: 500,
    zh: '{name} 的执行程序多次中断，未留下结果。',
    en: 'Every worker that took {name} ended without saying how it went.',
    satisfyZh: '请查看执行程序的内存与日志，再重新下达。',
    satisfyEn: 'Look at the workers’ memory and logs, then order it again.',
  },
  'queue.failed-too-often': {
    status: 500,
    zh: '{name} 多次执行失败（{cause}），已放弃。',
    en: '{name} failed too often ({cause}) and was given up.',
    satisfyZh: '请联系平台运维查看原因，再重新下达。',
    satisfyEn: 'Ask the platform operator for the cause, then order it again.',
  },
  'queue.outage-too-long': {
    status: 503,
    zh: '{name} 等待 {dependency} 自 {since} 起未恢复，已放弃。',
    en: '{name} waited for the {dependency} since {since} and was given up.',
    satisfyZh: '待其恢复后重新下达。',
    satisfyEn: 'Order it again when that is back.',
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
