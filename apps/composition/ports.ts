import type { Application } from '#kernel';

/** What a process may stand on beside the database, which every process needs. */
export type Port = 'keys' | 'objects' | 'engine' | 'cluster' | 'queue' | 'oidc';

/** What each process opens, and so all that it needs secrets of. Nothing else is opened, and using it is an error. */
export const portsOf: Readonly<Record<Application, readonly Port[]>> = {
  api: ['keys', 'objects', 'engine', 'oidc'],
  worker: ['keys', 'objects', 'engine', 'queue'],
  operator: ['cluster'],
};

interface Secret {
  /** Where the configuration names its file. */
  readonly path: string;
  readonly holds: { readonly zh: string; readonly en: string };
}
const secretsOfPort: Readonly<Record<Port | 'database', readonly Secret[]>> = {
  database: [
    { path: 'database.urlFile', holds: { zh: '本进程数据库角色的连接地址', en: "connection of the process's own database role" } },
  ],
  keys: [
    { path: 'keys.masterKeyFile', holds: { zh: '密钥文件的主密钥', en: 'master key of the key file' } },
    { path: 'keys.tokenFile', holds: { zh: '密钥库令牌', en: 'token of the key store' } },
    { path: 'keys.caFile', holds: { zh: '密钥库的签发机构证书', en: 'certification authority of the key store' } },
  ],
  objects: [
    { path: 'objects.accessKeyFile', holds: { zh: '对象存储访问标识', en: 'access key of the object store' } },
    { path: 'objects.secretKeyFile', holds: { zh: '对象存储访问密钥', en: 'secret key of the object store' } },
  ],
  engine: [],
  cluster: [{ path: 'cluster.kubeconfig', holds: { zh: '集群凭据', en: 'credential of the cluster' } }],
  queue: [
    { path: 'queue.urlFile', holds: { zh: '队列所在数据库的连接地址', en: "connection of the queue's database" } },
    { path: 'queue.passwordFile', holds: { zh: '队列口令', en: 'password of the queue' } },
  ],
  oidc: [],
};

/** What `migrate` reads, and no process. */
export const ownerSecrets: readonly Secret[] = [
  {
    path: 'database.ownerUrlFile',
    holds: { zh: '数据库属主的连接地址（仅供迁移）', en: 'connection of the database owner (migrations alone)' },
  },
  ...(['api', 'worker', 'operator'] as const).map((application) => ({
    path: `database.roles.${application}.passwordFile`,
    holds: { zh: `${application} 数据库角色的口令（仅供迁移）`, en: `password of the ${application}'s database role (migrations alone)` },
  })),
];

/** Files with secrets that a process reads, by the configuration's paths. */
export const secretsOf = (application: Application): readonly Secret[] => [
  ...secretsOfPort.database,
  ...portsOf[application].flatMap((port) => secretsOfPort[port]),
];

const askedByFrameworks = /^(?:then|constructor|toJSON|ngOn\w*|on[A-Z]\w*|before[A-Z]\w*)$/;

/** Stands where a port is asked for that this process does not open: any use is an error that names both. */
export function closedPort<T extends object>(port: Port, application: Application): T {
  return new Proxy({} as T, {
    get(_target, member) {
      if (typeof member === 'symbol' || askedByFrameworks.test(member)) return undefined;
      throw new Error(`the ${application} has no port ${port}`);
    },
  });
}
