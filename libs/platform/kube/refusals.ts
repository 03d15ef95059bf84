import { refuserOf, type RefusalCatalogue } from '#kernel';

export const refusals = {
  'kube.unreachable': {
    status: 503,
    awaits: 'cluster',
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

/** A refusal of this catalogue: a code that does not stand in it does not compile. */
export const refuse = refuserOf(refusals);
