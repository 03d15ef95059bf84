import { refuserOf, type RefusalCatalogue } from '#kernel';

export const oversightRefusals = {
  'operation.not-found': {
    status: 404,
    zh: '没有该操作。',
    en: 'There is no such operation.',
    satisfyZh: '请核对编号；操作仅其发起人、所属单位与平台管理员可见。已结束较久的操作不再保留，其结果见所涉对象本身。',
    satisfyEn:
      'Check the id; an operation is seen by who ordered it, their unit and the administrators. One that ended long ago is forgotten; what it was about says how it ended.',
    sources: ['ISO-02'],
  },
  'operation.too-many-followers': {
    status: 429,
    transient: true,
    zh: '同时跟踪的操作过多（{whose} 的上限 {limit}）。',
    en: 'Too many operations are being followed at once (share of {whose}: {limit}).',
    satisfyZh: '请稍后再试，或轮询 /operations/:id。',
    satisfyEn: 'Try again later, or poll /operations/:id.',
  },
  'work.not-found': {
    status: 404,
    zh: '没有该任务。',
    en: 'There is no such work.',
    satisfyZh: '请核对编号；已完成较久的任务不再保留。',
    satisfyEn: 'Check the id; work that was done long ago is forgotten.',
  },
  'work.not-failing': {
    status: 409,
    zh: '该任务没有失败或等待（当前：{state}），无需重试。',
    en: 'The work does not fail or wait (it is {state}).',
    satisfyZh: '已放弃的任务请重新下达其对象的操作。',
    satisfyEn: 'What was given up is ordered anew, by the act that ordered it.',
  },
} satisfies RefusalCatalogue;

/** A refusal of this catalogue: a code that does not stand in it does not compile. */
export const refuse = refuserOf(oversightRefusals);
