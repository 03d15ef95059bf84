import { describe, expect, it } from '@jest/globals';
import { sources } from './sources.js';

/** Who reads a clock that somebody may set, and why no time that anybody relies on comes of it. */
const allowed: Readonly<Record<string, string>> = {
  'libs/kernel/clock.ts': 'defines it',
  'libs/kernel/ids.ts': 'the time in an id sorts; what was when stands in columns',
  'libs/platform/database/database-clock.ts': 'to tell how far it is off',
  'libs/platform/keys/file-lock.ts': 'compares with the times of its own file system',
  'libs/platform/keys/sealed-key-file.ts': 'notes in the file when a key was made, for people',
  'libs/platform/keys/token-lease.ts': 'shows when a token would expire; it is renewed by a timer',
  'libs/platform/kube/leader.ts': 'where no platform is composed',
  'libs/platform/objects/folder-store.ts': 'where no platform is composed',
  'apps/cli/verify/verify.command.ts': 'an offline verifier has no other: no witness cosigned later than it says, with tolerance',
  'apps/composition/opening.ts': 'says since when a process that starts waits, for people',
  'apps/cli/session/device-login.ts': 'a person’s own machine',
  'apps/cli/session/session.commands.ts': 'a person’s own machine',
  'apps/cli/session/standing.commands.ts': 'a person’s own machine',
  'apps/cli/api/operation.command.ts': 'the day from which the dates of an example are counted, for people',
};

describe('the host’s clock', () => {
  it('is read nowhere but where it does no harm: times come from the platform’s clock, durations from one that nobody sets', () => {
    const readers = sources.filter(({ text }) => /\bDate\.now\b|new Date\(\)|\bsystemClock\b/.test(text)).map(({ path }) => path);
    expect(readers.sort()).toEqual(Object.keys(allowed).sort());
  });
});
