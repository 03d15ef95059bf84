export type Language = 'zh' | 'en';

/** What a person reads, by the locale of their environment: Chinese, or English for every other. */
export function languageOf(env: Readonly<Record<string, string | undefined>>): Language {
  // An empty variable counts as none (POSIX).
  const locale = [env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find((one) => one !== undefined && one !== '') ?? '';
  return locale.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}
