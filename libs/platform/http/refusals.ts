import type { RefusalCatalogue } from '#kernel';

export const httpRefusals = {
  'http.not-signed-in': {
    status: 401,
    zh: '未登录，或凭据格式不正确。',
    en: 'Not signed in, or a malformed credential.',
    satisfyZh: '请通过统一认证登录，并以 Bearer 令牌调用。',
    satisfyEn: 'Sign in at the OIDC issuer and send the access token as Bearer.',
    sources: ['ACC-01', 'ACC-02'],
  },
  'http.role-missing': {
    status: 403,
    zh: '该操作（{action}）需要以下角色之一：{roles}。',
    en: 'The act {action} needs one of these roles: {roles}.',
    satisfyZh: '请由持有该角色的人员操作。',
    satisfyEn: 'Someone who holds such a role must do it.',
    sources: ['ACC-02'],
  },
  'http.invalid-input': {
    status: 400,
    zh: '请求内容不符合要求，见 details.problems。',
    en: 'The request does not fit its schema; see details.problems.',
    satisfyZh: '按所列路径逐项更正。',
    satisfyEn: 'Correct each of the listed paths.',
  },
  'http.malformed': {
    status: 400,
    zh: '请求无法解析。',
    en: 'The request cannot be parsed.',
    satisfyZh: '请发送格式正确的 JSON。',
    satisfyEn: 'Send well-formed JSON.',
  },
  'http.too-large': {
    status: 413,
    zh: '请求体过大。',
    en: 'The request body is too large.',
    satisfyZh: '文件请通过 /uploads 断点续传。',
    satisfyEn: 'Send files through /uploads (tus 1.0).',
  },
  'http.too-many-requests': {
    status: 429,
    zh: '请求过于频繁。',
    en: 'Too many requests.',
    satisfyZh: '请按 Retry-After 稍后再试。',
    satisfyEn: 'Try again after the time in Retry-After.',
  },
  'http.no-such-route': {
    status: 404,
    zh: '没有这个接口。',
    en: 'There is no such route.',
    satisfyZh: '接口清单见 /api/v1/openapi.json。',
    satisfyEn: 'The routes are listed at /api/v1/openapi.json.',
  },
  'http.idempotency-key-required': {
    status: 400,
    zh: '每个 POST 请求须带 Idempotency-Key（8 至 128 个可见字符）。',
    en: 'Every POST needs an Idempotency-Key of 8 to 128 visible characters.',
    satisfyZh: '为每次操作生成一个新的键；重试时使用同一个键。',
    satisfyEn: 'Make a new key for each act and repeat it on retries.',
  },
  internal: {
    status: 500,
    zh: '系统内部错误，未保存任何改动。',
    en: 'An internal error; nothing was changed.',
    satisfyZh: '请以 instance 中的跟踪号联系平台运维。',
    satisfyEn: 'Give the trace id in `instance` to the platform operator.',
  },
} satisfies RefusalCatalogue;
