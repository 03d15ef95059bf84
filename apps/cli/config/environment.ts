import { defaultLimits, type Limits } from '#platform/config';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { languageOf } from '../../composition/language.js';
import type { Language } from '../terminal.js';

export interface CliEnvironment {
  readonly language: Language;
  /** Address of the platform when no option gives it. */
  readonly server: string | undefined;
  /** An access token handed in by a script; otherwise the one of `opdomain login` is used. */
  readonly token: string | undefined;
  /** Folder of the sign-in and of the cached list of acts. */
  readonly folder: string;
  /** Where in the program a fault of its own was thrown is printed too. */
  readonly debug?: boolean;
  /** How long it waits for the platform and for the issuer. */
  readonly patience: Limits['cli'];
}

/** The only place where the command line reads its environment. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>> = process.env): CliEnvironment {
  const seconds = Number(env.OPDOMAIN_ANSWER_SECONDS);
  return {
    patience: seconds > 0 ? { ...defaultLimits.cli, answerMs: seconds * 1000 } : defaultLimits.cli,
    language: languageOf(env),
    debug: env.OPDOMAIN_DEBUG === '1',
    server: env.OPDOMAIN_SERVER,
    token: env.OPDOMAIN_TOKEN,
    folder: env.OPDOMAIN_HOME ?? join(env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'opdomain'),
  };
}
