import { applications } from '#kernel';
import { loadConfig } from '#platform/config';
import type { Command } from 'commander';
import { z } from 'zod';
import { ownerSecrets, portsOf, secretsOf } from '../../composition/ports.js';
import { tableOf } from '../api/table.js';
import { CommandEnded, exitCodes } from '../exit-codes.js';
import type { Terminal } from '../terminal.js';

const readers = [...applications, 'migrate'] as const;
type Reader = (typeof readers)[number];

/** `opdomain config secrets`: which files with secrets each process reads. Works offline, on a file or on none. */
export function addConfig(program: Command, terminal: Terminal): void {
  program
    .command('config')
    .description('the configuration of an installation 安装配置')
    .command('secrets')
    .argument('[process]', readers.join(' | '))
    .option('-c, --config <file>', 'name the files that this configuration sets, and no others')
    .option('--json', 'as JSON')
    .description('list the secrets that each process reads 列出各进程读取的密钥文件')
    .action((name: string | undefined, { config, json }: { config?: string; json?: boolean }) => {
      const wanted = readers.filter((reader) => name === undefined || reader === name);
      if (wanted.length === 0) throw new CommandEnded(exitCodes.usage, `${String(name)}: ${readers.join(', ')}`);
      const set = config === undefined ? undefined : loadConfig(z.looseObject({}), { file: config });
      const rows = wanted.flatMap((reader) => rowsOf(reader, set, terminal));
      terminal.out(json === true ? `${JSON.stringify(rows, null, 2)}\n` : tableOf(rows));
    });
}

function rowsOf(reader: Reader, set: unknown, { language }: Terminal): readonly Readonly<Record<string, string>>[] {
  const secrets = reader === 'migrate' ? ownerSecrets : secretsOf(reader);
  const ports = reader === 'migrate' ? 'database' : ['database', ...portsOf[reader]].join(', ');
  return secrets.flatMap(({ path, holds }) => {
    const file = at(set, path);
    if (set !== undefined && file === undefined) return [];
    return [{ process: reader, secret: path, ...(file === undefined ? {} : { file }), holds: holds[language], ports }];
  });
}

function at(value: unknown, path: string): string | undefined {
  const found = path
    .split('.')
    .reduce<unknown>(
      (part, member) => (typeof part === 'object' && part !== null ? (part as Record<string, unknown>)[member] : undefined),
      value,
    );
  return typeof found === 'string' ? found : undefined;
}
