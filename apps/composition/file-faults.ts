import type { Language } from './language.js';

type Texts = Readonly<Record<Language, string>>;
const texts: Readonly<Record<string, Texts>> = {
  ENOENT: { en: 'is not there', zh: '不存在' },
  EACCES: { en: 'may not be used by this user', zh: '当前用户无权访问' },
  EPERM: { en: 'may not be used by this user', zh: '当前用户无权访问' },
  EISDIR: { en: 'is a folder, a file is needed', zh: '是目录，须为文件' },
  ENOTDIR: { en: 'is below a file, a folder is needed', zh: '的上级是文件，须为目录' },
  EEXIST: { en: 'exists already', zh: '已存在' },
  EROFS: { en: 'is on a file system that is read-only', zh: '所在文件系统只读' },
  ENOSPC: { en: 'cannot be written: no space is left', zh: '无法写入：空间已满' },
  EMFILE: { en: 'cannot be opened: too many files are open', zh: '无法打开：打开的文件过多' },
};

/** What the system says of a file, where a fault is one of those: its path, and what is wrong with it. */
export function fileFault(fault: unknown): { readonly path: string | undefined; readonly what: Texts } | undefined {
  if (typeof fault !== 'object' || fault === null) return undefined;
  const { code, path, syscall } = fault as { readonly code?: unknown; readonly path?: unknown; readonly syscall?: unknown };
  const what = typeof code === 'string' ? texts[code] : undefined;
  // A read of an open folder names no path.
  if (what === undefined || (typeof path !== 'string' && syscall !== 'read' && syscall !== 'write')) return undefined;
  return { path: typeof path === 'string' ? path : undefined, what };
}
