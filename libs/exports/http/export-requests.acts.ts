import { act, idParam, pageOf, pageQuery } from '#platform/http';
import { z } from 'zod';
import {
  ChecksView,
  DownloadView,
  ExportRequestsQuery,
  ExportRequestView,
  OpenDownload,
  OpenExportRequest,
  PreviewView,
  ReleaseManifest,
  ReviewExport,
  ReviewsView,
  ReviewView,
  WithdrawExport,
} from '../contract.js';

const unit = ['unit-developer', 'unit-manager'] as const;
const reviewers = ['export-reviewer', 'authority', 'provider'] as const;
const readers = [...unit, ...reviewers, 'security-admin', 'audit-admin'] as const;
const one = { scope: 'unit', params: idParam } as const;

export const openRequest = act({
  method: 'POST',
  path: '/export-requests',
  action: 'export-request.opened',
  summary: { zh: '起草结果导出申请', en: 'Draft an export request for the result of a run' },
  roles: unit,
  seat: { kind: 'scenario', at: 'body.scenarioId' },
  scope: 'unit',
  body: OpenExportRequest,
  response: ExportRequestView,
});
export const listRequests = act({
  method: 'GET',
  path: '/export-requests',
  action: 'export-request.listed',
  summary: { zh: '导出申请清单', en: 'List export requests' },
  roles: readers,
  scope: 'unit',
  query: ExportRequestsQuery,
  response: pageOf(ExportRequestView),
});
export const readRequest = act({
  ...one,
  method: 'GET',
  path: '/export-requests/:id',
  action: 'export-request.read',
  summary: { zh: '导出申请', en: 'An export request' },
  roles: readers,
  response: ExportRequestView,
});
export const submitRequest = act({
  ...one,
  method: 'POST',
  path: '/export-requests/:id/submissions',
  action: 'export-request.submitted',
  summary: { zh: '提交：文件隔离并自动检查', en: 'Submit: the files are in quarantine and the checks begin' },
  roles: unit,
  seat: { kind: 'export-request', at: 'params.id' },
  response: ExportRequestView,
  status: 202,
});
export const repairRequest = act({
  ...one,
  method: 'POST',
  path: '/export-requests/:id/repairs',
  action: 'export-request.repair-accepted',
  summary: { zh: '接受系统提供的修复，重新检查', en: 'Accept the repair that the checks offer; the gate runs again' },
  roles: unit,
  seat: { kind: 'export-request', at: 'params.id' },
  response: ExportRequestView,
  status: 202,
});
export const withdrawRequest = act({
  ...one,
  method: 'POST',
  path: '/export-requests/:id/withdrawals',
  action: 'export-request.withdrawn',
  summary: { zh: '撤回申请', en: 'Withdraw before the release' },
  roles: [...unit, 'authority'],
  seat: { none: 'gives up what was asked for: nothing is read, and nothing leaves' },
  body: WithdrawExport,
  response: ExportRequestView,
});
export const readChecks = act({
  ...one,
  method: 'GET',
  path: '/export-requests/:id/checks',
  action: 'export-request.checks-read',
  summary: { zh: '自动检查结果与证据', en: 'The gate, check by check, with evidence and flagged items' },
  roles: readers,
  response: ChecksView,
});
export const readPreview = act({
  ...one,
  method: 'GET',
  path: '/export-requests/:id/previews',
  action: 'export-request.preview-read',
  summary: { zh: '安全预览：形状与汇总', en: 'Safe preview: shape and aggregates, no row below the threshold' },
  roles: reviewers,
  response: PreviewView,
});
export const reviewRequest = act({
  ...one,
  method: 'POST',
  path: '/export-requests/:id/reviews',
  action: 'export-request.reviewed',
  summary: { zh: '审核（互不可见）', en: 'Review, blind of the other reviewers' },
  roles: reviewers,
  body: ReviewExport,
  response: ReviewView,
});
export const readReviews = act({
  ...one,
  method: 'GET',
  path: '/export-requests/:id/reviews',
  action: 'export-request.reviews-read',
  summary: { zh: '审核意见（审核期间仅见本人）', en: 'Reviews; while one is open, your own alone' },
  roles: readers,
  query: pageQuery,
  response: ReviewsView,
});
export const releaseRequest = act({
  ...one,
  method: 'POST',
  path: '/export-requests/:id/releases',
  action: 'export-request.released',
  summary: { zh: '放行（第三人）', en: 'Release, by a third person' },
  roles: ['export-reviewer', 'authority'],
  response: ExportRequestView,
});
export const readManifest = act({
  ...one,
  method: 'GET',
  path: '/export-requests/:id/manifest',
  action: 'export-request.manifest-read',
  summary: { zh: '已签名的放行清单', en: 'The signed release manifest' },
  roles: readers,
  response: ReleaseManifest,
});
export const issueLink = act({
  ...one,
  method: 'POST',
  path: '/export-requests/:id/downloads',
  action: 'export-request.link-issued',
  summary: { zh: '领取一次性下载链接', en: 'A one-time, short-lived link, bound to the requester' },
  roles: unit,
  seat: { none: 'asked by the act of the last seat, which may have ended with its scenario but not been taken back (TERM-07)' },
  body: OpenDownload,
  response: DownloadView,
});
export const followLink = act({
  method: 'GET',
  path: '/downloads/:id',
  action: 'release-link.followed',
  summary: { zh: '下载（可续传）', en: 'Download; `Range: bytes=N-` goes on with a broken one' },
  roles: 'signed-in',
  seat: { none: 'asked by the act of the last seat, as for the link' },
  scope: 'own',
  params: idParam,
  response: z.unknown(),
  streams: 'down',
});
