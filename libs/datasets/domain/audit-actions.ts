import type { AuditActions } from '#kernel';

export const datasetsAuditActions = {
  'dataset.registered': { object: 'dataset', zh: '登记数据资源', en: 'dataset registered' },
  'dataset.listed': { object: 'dataset', zh: '查看数据目录', en: 'catalogue read' },
  'dataset.read': { object: 'dataset', zh: '查看数据资源', en: 'dataset read' },
  'dataset.fields-decided': { object: 'dataset', zh: '确定字段分类分级', en: 'fields classified and graded' },
  'dataset.fields-approved': { object: 'dataset', zh: '同意降低字段分级', en: 'lowered protection of fields approved' },
  'dataset.frozen': { object: 'dataset', zh: '冻结数据资源', en: 'dataset frozen' },
  'dataset.thawed': { object: 'dataset', zh: '解除冻结', en: 'dataset thawed' },
  'upload.created': { object: 'upload', zh: '开始上传', en: 'upload begun' },
  'upload.read': { object: 'upload', zh: '查询上传进度', en: 'progress of an upload read' },
  'upload.written': { object: 'upload', zh: '写入上传内容', en: 'bytes of an upload received' },
  'upload.claimed': { object: 'upload', zh: '上传用于交付', en: 'upload used for a delivery' },
  'upload.destroyed': { object: 'upload', zh: '销毁上传内容', en: 'upload destroyed' },
  'dataset-copy.delivered': { object: 'dataset-copy', zh: '交付数据', en: 'copy delivered' },
  'dataset-copy.import-started': { object: 'dataset-copy', zh: '开始导入', en: 'import begun' },
  'dataset-copy.imported': { object: 'dataset-copy', zh: '导入完成', en: 'copy imported' },
  'dataset-copy.import-failed': { object: 'dataset-copy', zh: '导入失败', en: 'import failed' },
  'dataset-copy.destroyed': { object: 'dataset-copy', zh: '销毁交付数据', en: 'copy destroyed' },
  'dataset-copy.listed': { object: 'dataset-copy', zh: '查看交付清单', en: 'copies read' },
  'dataset-copy.read': { object: 'dataset-copy', zh: '查看交付数据', en: 'copy read' },
  'dataset-copy.bad-rows-read': { object: 'dataset-copy', zh: '查看问题行', en: 'bad rows read' },
} satisfies AuditActions;
