import { Refusal } from '#kernel';
import { ConfigurationError } from '#platform/config';
import { isDatabaseAway } from '#platform/database';
import { problemOf } from '#platform/http';
import { describeFault } from '#platform/telemetry';
import { contexts } from './contexts.js';
import { fileFault } from './file-faults.js';
import type { Language } from './language.js';
import { refusalsOf } from './platform.js';

/** Why a process cannot go on, and what is said of it. */
export interface Ending {
  readonly why: 'configuration' | 'away' | 'refused' | 'fault';
  readonly said: string;
}
type Texts = Readonly<Record<Language, string>>;
interface Fault {
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly address?: unknown;
  readonly port?: unknown;
  readonly name?: unknown;
  readonly driverError?: Fault;
}

/**
 * Says in one line what keeps a process from running, and what to do. Of a fault that nobody foresaw: its kind and where it was thrown, never
 * its message, which may quote a value (AUD-08).
 */
export function endingOf(thrown: unknown, language: Language): Ending {
  if (thrown instanceof ConfigurationError) return { why: 'configuration', said: thrown.message };
  if (isDatabaseAway(thrown)) return { why: 'away', said: databaseAway(thrown)[language] };
  if (thrown instanceof Refusal) {
    const { rule, satisfy, code } = problemOf(thrown, refusalsOf(contexts));
    const member = language === 'zh' ? 'zh-CN' : 'en';
    return { why: thrown.awaits === undefined ? 'refused' : 'away', said: `${rule[member]} ${satisfy[member]} [${code}]` };
  }
  const fault = typeof thrown === 'object' && thrown !== null ? (thrown as Fault) : {};
  const known = listening(fault) ?? file(thrown) ?? database(fault.driverError ?? fault) ?? format(fault);
  if (known !== undefined) return { why: known.why, said: known.texts[language] };
  const { name, code, at = [] } = describeFault(thrown);
  const [where = ''] = at;
  const kind = [name, code].filter((one) => one !== undefined).join(' ');
  return {
    why: 'fault',
    said:
      language === 'zh'
        ? `程序缺陷（${kind}，${where}）：请将本行与版本号告知开发方`
        : `a defect of the program (${kind} at ${where}): report this line with the version`,
  };
}

type Known = { readonly why: Ending['why']; readonly texts: Texts } | undefined;
const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

function databaseAway(thrown: unknown): Texts {
  const how = thrown instanceof Refusal ? text(thrown.details['fault']) : text((thrown as Fault).code);
  const why = how === '' ? '' : ` (${how})`;
  return {
    en: `the database does not answer${why}: start PostgreSQL, or correct the address in the file that database.urlFile or database.ownerUrlFile names`,
    zh: `数据库没有应答${why}：请启动 PostgreSQL，或更正 database.urlFile、database.ownerUrlFile 所指文件中的地址`,
  };
}

function listening({ code, syscall, address, port }: Fault): Known {
  if (syscall !== 'listen') return undefined;
  const at = `${text(address)}:${text(port)}`;
  if (code === 'EADDRINUSE')
    return {
      why: 'refused',
      texts: {
        en: `${at} is in use: end the program that listens there (ss -ltnp shows it), or give another port (--set http.port=…, health.port for worker and operator)`,
        zh: `${at} 已被占用：请结束占用该端口的程序（ss -ltnp 可查），或更换端口（--set http.port=…；worker、operator 为 health.port）`,
      },
    };
  return {
    why: 'refused',
    texts: {
      en: `cannot listen at ${at} (${text(code)}): give an address of this machine (http.host) and a port that this user may open (http.port)`,
      zh: `无法在 ${at} 监听（${text(code)}）：请设置本机地址（http.host）与有权使用的端口（http.port）`,
    },
  };
}

function file(thrown: unknown): Known {
  const found = fileFault(thrown);
  if (found === undefined) return undefined;
  const { path, what } = found;
  return {
    why: 'configuration',
    texts: {
      en: `${path ?? 'a file that the configuration names'} ${what.en}: correct the file, or the path in the configuration`,
      zh: `${path ?? '配置所指的文件'} ${what.zh}：请更正该文件，或更正配置中的路径`,
    },
  };
}

const connection: Texts = {
  en: 'correct the connection in the file that database.urlFile or database.ownerUrlFile names',
  zh: '请更正 database.urlFile、database.ownerUrlFile 所指文件中的连接地址',
};
const unmigrated: Texts = {
  en: 'the database is not of this version: run node dist/apps/composition/migrate.js with the same configuration first',
  zh: '数据库结构与本版本不符：请先以同一配置执行 node dist/apps/composition/migrate.js',
};
const states: Readonly<Record<string, Known>> = {
  '28P01': refusedBy({ en: 'PostgreSQL refused the password', zh: 'PostgreSQL 拒绝了该口令' }),
  '28000': refusedBy({ en: 'PostgreSQL does not let this role in', zh: 'PostgreSQL 不允许该角色登录' }),
  '3D000': refusedBy({ en: 'PostgreSQL has no database of that name', zh: 'PostgreSQL 中没有该数据库' }),
  // A connection URL that is none.
  ERR_INVALID_URL: refusedBy({ en: 'the connection URL cannot be read', zh: '连接地址无法识别' }),
  // No such table, schema or column, or no right to it: `migrate` makes and grants them.
  ...Object.fromEntries(['42P01', '3F000', '42703', '42501'].map((state) => [state, { why: 'refused', texts: unmigrated } as const])),
};

function refusedBy(why: Texts): Known {
  return { why: 'configuration', texts: { en: `${why.en}: ${connection.en}`, zh: `${why.zh}：${connection.zh}` } };
}

const database = ({ code }: Fault): Known => states[text(code)];

/** What libraries throw for a file of another form: a kubeconfig is read by one of them. */
function format({ name }: Fault): Known {
  if (name !== 'YAMLException') return undefined;
  return {
    why: 'configuration',
    texts: {
      en: 'the file that cluster.kubeconfig names is not YAML: correct it (kubectl --kubeconfig FILE config view checks it)',
      zh: 'cluster.kubeconfig 所指文件不是 YAML：请更正（可用 kubectl --kubeconfig 文件 config view 检查）',
    },
  };
}
