import { ensureProgram, findOnPath } from './debian.js';
import type { Report } from './progress.js';

/** The absolute path of a Redis or Valkey server; as root on Debian the package is installed where there is none. */
export const ensureRedis = (report: Report): Promise<string> =>
  ensureProgram(
    {
      name: 'redis-server',
      find: async () => (await findOnPath('valkey-server')) ?? (await findOnPath('redis-server')),
      packages: ['redis-server'],
      advice:
        'Neither redis-server nor valkey-server is on the PATH. Install one (Debian: apt-get install redis-server; macOS: brew install valkey); it need not run, opdomain starts its own.',
    },
    report,
  );
