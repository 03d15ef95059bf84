import { existsSync, readFileSync } from 'node:fs';

/** The version of this build, from the package.json that it stands under. */
export function releaseVersion(from: string = import.meta.url): string {
  for (let at = new URL('.', from); ; at = new URL('..', at)) {
    const file = new URL('package.json', at);
    if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
    if (at.pathname === '/') return 'unknown';
  }
}
