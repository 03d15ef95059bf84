import type { RefusalCatalogue } from '#kernel';

/** One cause that the API server names (`details.causes` of a Status). */
export interface KubeCause {
  readonly field?: string;
  readonly message: string;
  readonly reason?: string;
}

/**
 * The API server's refusal (a `Status`, meta/v1). `reason` is its machine-readable word (`Forbidden`, `Conflict`, `AlreadyExists`,
 * `NotFound`, `Invalid`, …), `message` its sentence.
 */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
    readonly causes: readonly KubeCause[] = [],
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Reads a Status; an answer that is none (a proxy's page, plain text) becomes an error with the HTTP status alone. */
export function kubeErrorOf(status: number, body: unknown, retryAfter?: string): KubeError {
  const found = isRecord(body) && body['kind'] === 'Status' ? body : {};
  const details = isRecord(found['details']) ? found['details'] : {};
  const causes = (Array.isArray(details['causes']) ? details['causes'] : []).filter(isRecord).map((cause) => {
    const field = text(cause['field']);
    const reason = text(cause['reason']);
    return { message: text(cause['message']) ?? '', ...(field ? { field } : {}), ...(reason ? { reason } : {}) };
  });
  const seconds = Number(retryAfter ?? details['retryAfterSeconds']);
  return new KubeError(
    status,
    text(found['reason']) ?? 'Unknown',
    text(found['message']) ?? `the API server answered ${String(status)}`,
    causes,
    Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined,
  );
}

export const isKubeError = (error: unknown, ...reasons: readonly string[]): error is KubeError =>
  error instanceof KubeError && (reasons.length === 0 || reasons.includes(error.reason));

export const refusals = {
  'kube.unreachable': {
    status: 503,
    zh: '无法连接集群的 API 服务器({cause})。',
    en: "The cluster's API server cannot be reached ({cause}).",
    satisfyZh: '检查 API 服务器是否运行、地址与证书是否正确;恢复后操作会自动继续。',
    satisfyEn: 'Check that the API server runs and that its address and certificates are right; work resumes by itself.',
  },
  'kube.no-current-context': {
    status: 500,
    zh: 'kubeconfig 没有可用的 current-context。',
    en: 'The kubeconfig names no usable current-context.',
    satisfyZh: '在该文件中设置 current-context 及其集群与用户。',
    satisfyEn: 'Set current-context in that file, with its cluster and user.',
  },
  'kube.socks-proxy': {
    status: 500,
    zh: '不支持通过 SOCKS 代理访问集群。',
    en: 'Reaching the cluster through a SOCKS proxy is not supported.',
    satisfyZh: '改用 HTTP 代理或直接连接。',
    satisfyEn: 'Use an HTTP proxy or a direct connection.',
  },
  'kube.unknown-kind': {
    status: 500,
    zh: '集群不提供 {apiVersion} {kind}。',
    en: 'The cluster serves no {apiVersion} {kind}.',
    satisfyZh: '安装提供该资源的组件,或升级集群。',
    satisfyEn: 'Install what serves this resource, or upgrade the cluster.',
  },
  'kube.term-over': {
    status: 409,
    zh: '本实例的任期({term})已结束,不再写入集群。',
    en: "This instance's term ({term}) is over; it writes nothing to the cluster any more.",
    satisfyZh: '由当前领导者继续;本实例重新当选后会自动恢复。',
    satisfyEn: 'The present leader carries on; this instance resumes by itself once it is elected again.',
  },
} as const satisfies RefusalCatalogue;
