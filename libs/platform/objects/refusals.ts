import { refuserOf, type Refusal, type RefusalCatalogue } from '#kernel';

export const refusals = {
  'objects.bad-key': {
    status: 400,
    zh: '对象名称不合规则。',
    en: 'The name of the object breaks the naming rule.',
    satisfyZh: '使用由英文字母、数字及 ._=@+- 组成的段，以“/”连接，且不以点开头。',
    satisfyEn: 'Use segments of ASCII letters, digits and ._=@+- joined by "/", none beginning with a dot.',
  },
  'objects.absent': {
    status: 404,
    zh: '对象不存在，或其该版本已删除。',
    en: 'There is no such object, or that version of it is gone.',
    satisfyZh: '核对对象名称与版本。',
    satisfyEn: 'Check the name and the version.',
  },
  'objects.tampered': {
    status: 422,
    zh: '存储的文件被改动、截断或损坏，已拒绝读取。',
    en: 'The stored file was changed, cut off or damaged: it is not read.',
    satisfyZh: '从数据提供方重新交付，或恢复未经改动的副本，并调查原因。',
    satisfyEn: 'Deliver it anew or restore an unchanged copy, and find out why.',
  },
  'objects.swapped': {
    status: 422,
    zh: '存储的文件不是所请求的对象，已拒绝读取。',
    en: 'The stored file is not the object that was asked for: it is not read.',
    satisfyZh: '恢复原有文件，并调查原因。',
    satisfyEn: 'Restore the file that belongs there, and find out why.',
  },
  'objects.locked': {
    status: 423,
    zh: '对象在 {until} 之前受保留期保护，不能删除。',
    en: 'The object is kept until {until} and cannot be deleted before.',
    satisfyZh: '保留期届满后再删除。',
    satisfyEn: 'Delete it once the retention has ended.',
    sources: ['LOG-02'],
  },
  'objects.retention-shortened': {
    status: 409,
    zh: '保留期只能延长，现为 {until}。',
    en: 'A retention can only be made longer; it stands at {until}.',
    satisfyZh: '给出更晚的日期。',
    satisfyEn: 'Give a later date.',
    sources: ['LOG-01'],
  },
  'objects.unreachable': {
    status: 503,
    awaits: 'object-store',
    zh: '对象存储暂时无法访问。',
    en: 'The object store cannot be reached now.',
    satisfyZh: '恢复对象存储的连接后重试。',
    satisfyEn: 'Try again once the object store answers.',
  },
  'objects.forbidden': {
    status: 503,
    awaits: 'object-store',
    zh: '对象存储拒绝了本系统的凭据。',
    en: "The object store refused this system's credentials.",
    satisfyZh: '更新访问密钥文件，或授予所需权限。',
    satisfyEn: 'Renew the files of the access key, or grant the rights it needs.',
  },
  'objects.misconfigured': {
    status: 500,
    awaits: 'object-store',
    zh: '对象存储配置不满足要求：{what}。',
    en: 'The object store is not set up as required: {what}.',
    satisfyZh: '使用启用版本控制与对象锁定的存储桶。',
    satisfyEn: 'Use a bucket with versioning and object lock.',
  },
} satisfies RefusalCatalogue;

/** A refusal of this catalogue: a code that does not stand in it does not compile. */
export const refuse = refuserOf(refusals);
/** For those who find it through this port. */
export const objectsUnreachable = (): Refusal => refuse('objects.unreachable', { answer: 'no answer in time' });
export const objectsLocked = (key: string, until: string | null): Refusal => refuse('objects.locked', { key, until });
