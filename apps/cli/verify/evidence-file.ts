import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { auditPackageType, type LogCopy } from '#audit/offline';
import { CommandEnded, exitCodes } from '../exit-codes.js';

/** What was found at a path, recognised by its content and never by its name. */
export type Evidence =
  | { readonly kind: 'log-copy'; readonly file: string; readonly copy: LogCopy }
  | { readonly kind: 'checkpoint' | JsonKind; readonly file: string; readonly bytes: Uint8Array };
type JsonKind = 'entry' | 'consistency' | 'document' | 'audit-package';

const unusable = (file: string, why: string) => new CommandEnded(exitCodes.usage, `${file}: ${why}`);
const isAbsent = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');

/** Only recognises: whether it is well formed is for whoever verifies the bytes. @throws CommandEnded (2) for what cannot be read or is nothing that we know. */
export function readEvidence(file: string): Evidence {
  let bytes: Buffer;
  try {
    if (statSync(file).isDirectory()) return { kind: 'log-copy', file, copy: folderCopy(file) };
    bytes = readFileSync(file);
  } catch (error) {
    throw unusable(file, isAbsent(error) ? 'no such file 没有这个文件' : 'cannot be read 无法读取');
  }
  const text = bytes.toString('utf8');
  if (/^[^\n{]*\n\d+\n[A-Za-z0-9+/=]+\n/.test(text)) return { kind: 'checkpoint', file, bytes };
  return { kind: jsonKind(file, text), file, bytes };
}

function jsonKind(file: string, text: string): JsonKind {
  let value: { format?: unknown; document?: { type?: unknown } } | null;
  try {
    value = JSON.parse(text) as typeof value;
  } catch {
    throw unusable(file, 'neither a proof, a document nor a checkpoint 不是证明、文书或检查点');
  }
  if (value?.format === 'opdomain-proof/v1') return 'entry';
  if (value?.format === 'opdomain-consistency/v1') return 'consistency';
  if (value?.document?.type === auditPackageType) return 'audit-package';
  if (typeof value?.document?.type === 'string') return 'document';
  throw unusable(file, 'JSON of no known kind 不是已知种类的文件');
}

const folderCopy =
  (folder: string): LogCopy =>
  (path) => {
    try {
      return readFileSync(join(folder, path));
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw unusable(join(folder, path), 'cannot be read 无法读取');
    }
  };
