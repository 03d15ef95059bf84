import { defaultLimits } from '#platform/config';
import { runCommand } from '../../apps/cli/program.js';
import type { Caller } from './medium.js';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}
interface More {
  readonly token?: string;
  readonly server?: string | undefined;
  readonly onErr?: (text: string) => void;
  readonly zh?: boolean;
}
export type Run = (args: readonly string[], more?: More) => Promise<Ran>;
export type RunAs = (caller: Caller, ...args: string[]) => Promise<Ran>;

/** Runs a command line in this process. @param at the platform, and the folder of the sign-in */
export async function runHere(
  at: { readonly server: string; readonly folder: string },
  args: readonly string[],
  more: More = {},
): Promise<Ran> {
  let [out, err] = ['', ''];
  const language = more.zh === true ? 'zh' : 'en';
  const terminal = {
    out: (text: string | Uint8Array) => void (out += Buffer.from(text).toString('utf8')),
    err: (text: string) => {
      err += text;
      more.onErr?.(text);
    },
    language,
  } as const;
  const code = await runCommand(args, terminal, {
    language,
    server: 'server' in more ? more.server : at.server,
    token: more.token,
    patience: defaultLimits.cli,
    folder: at.folder,
  });
  return { code, out, err };
}
