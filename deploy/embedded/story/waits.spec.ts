import { describe, expect, it } from '@jest/globals';
import { Teller } from './teller.js';
import { until } from './waits.js';

describe('a wait of the story', () => {
  it('lets whoever tries it arrive late, by the name of its condition, before it looks at all', async () => {
    const seen: string[] = [];
    const answer = await until(
      'the receipt to be final',
      () => {
        seen.push('looked');
        return Promise.resolve('final');
      },
      { beforeWait: (condition) => Promise.resolve(void seen.push(condition)) },
    );
    expect([answer, seen]).toEqual(['final', ['the receipt to be final', 'looked']]);
  });

  it('that is in vain says in one line what was expected and what was answered last', async () => {
    const lines: string[] = [];
    const teller = new Teller((line) => lines.push(line));
    await teller.step('revoked', async () => {
      const look = (saw: (answer: string) => void) => {
        saw('cutting,\n  api-tokens open');
        return Promise.resolve(undefined);
      };
      await until('the revocation to be closed', look, { seconds: -1 });
      return {};
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^✗ revoked {2}\([\d.]+ s\): expected the revocation to be closed within -1 s; answered cutting, api-tokens open$/,
    );
  });
});
