import { ensureProgram, findOnPath } from './debian.js';
import type { Report } from './progress.js';

/** bubblewrap, in which the engine's processes run. */
export const ensureBubblewrap = (report: Report): Promise<string> =>
  ensureProgram(
    {
      name: 'bubblewrap',
      find: () => findOnPath('bwrap'),
      packages: ['bubblewrap'],
      advice:
        'bubblewrap is not on the PATH, so the engine’s processes are not isolated here. Install it (Debian: apt-get install bubblewrap); production does not start without.',
    },
    report,
  );
