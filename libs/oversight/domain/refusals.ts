import { refuserOf, type RefusalCatalogue } from '#kernel';

export const oversightRefusals = {
  'operation.not-found': {
    status: 404,
    zh: '没有该操作。',
    en: 'There is no such operation.',
    satisfyZh: '请核对编号；操作仅其发起人、所属单位与平台管理员可见。',
    satisfyEn: 'Check the id; an operation is seen by who ordered it, their unit and the administrators.',
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
    satisfyZh: '请核对编号。',
    satisfyEn: 'Check the id.',
  },
  'work.not-dead': {
    status: 409,
    zh: '该任务不是死信（当前：{state}），无需重放。',
    en: 'The work is not a dead letter (it is {state}).',
    satisfyZh: '仅死信任务可以重放。',
    satisfyEn: 'Only dead letters are replayed.',
  },
} satisfies RefusalCatalogue;

/** A refusal of this catalogue: a code that does not stand in it does not compile. */
export const refuse = refuserOf(oversightRefusals);
