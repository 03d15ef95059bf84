/**
 * What the cluster's own admission policies refuse in zones. The name stands at the start of the refusal's message, so that a probe can
 * tell *why* it was refused, and the sentence is what whoever was refused reads.
 */
export const clusterRules = {
  'opdomain/no-exec': '不得进入区内容器:no shell, attach, port-forward or proxy into a zone',
  'opdomain/no-ephemeral-containers': '不得附加调试容器:no debug container in a zone',
  'opdomain/no-node-proxy': '不得经节点代理绕行:no way through a node to its kubelet',
  'opdomain/no-tokens': '区内不发放令牌:no service account token in a zone, except the prober’s to the operator',
  'opdomain/no-token-mount': '容器不得挂载令牌:a pod must say automountServiceAccountToken: false',
  'opdomain/no-host': '不得使用宿主资源:no host network, process space, ports or paths',
  'opdomain/no-privilege': '不得提升权限:no privileged container, added capability or privilege escalation',
  'opdomain/volumes': '只允许列明的卷类型:only emptyDir, configMap, secret, downwardAPI, claims and token-free projections',
  'opdomain/catalogue-image': '只运行目录内、按摘要固定的镜像:only catalogue images, pinned by digest',
  'opdomain/service-account': '只能使用工作负载账号:only the workload’s service account',
  'opdomain/scheduling': '须由调度器放到本区节点池:placed by the scheduler on the zone’s node pool',
  'opdomain/no-outside-service': '服务不得对外:no service that is reachable from, or stands for, the outside',
  'opdomain/no-ingress': '不得建立入口:no ingress or gateway route in a zone',
  'opdomain/no-roles': '区内不得自定角色:zones bind the installation’s roles and define none',
  'opdomain/zone-data': '卷须属于本区本域:a claim belongs to its own zone and domain and copies no other volume',
  'opdomain/operator-only': '只有运营域操作器可变更:only the operator changes this in a zone',
  'opdomain/operator-bounds': '操作器只能在区内行事:the operator acts in zones and binds the installation’s roles only',
  'opdomain/term': '任期已过:written in a term of leadership that is over',
  'opdomain/zone-fixed': '区的归属不可更改:a zone’s domain, unit and kind never change, and no namespace becomes one later',
  'opdomain/pod-security': '不得放宽 Pod 安全级别:a zone enforces, audits and warns at Pod Security restricted',
  'opdomain/sealed': '已封存:a sealed domain starts nothing and loses nothing',
  'opdomain/prober-asks-only': '探测账号只问不写:the prober account may only ask (dry run)',
} as const;
export type ClusterRule = keyof typeof clusterRules;
