import { defaultLimits } from '#platform/config';
import { describe, expect, it } from '@jest/globals';
import { outboundClients } from '../support/outbound-clients.js';
import { sources, type Source } from './sources.js';

/** How a call leaves a process: a client that is made, a request, a process that is started. */
const ways = [
  /\bextends pg\.Client\b|\bnew (?:pg\.)?(?:Client|Pool)\(/,
  /\bnew DataSource\(/,
  /\bnew (?:Agent|ProxyAgent|S3Client|BoundedS3|Upload|Redis|Watch|OTLPTraceExporter)\(/,
  /\bextends (?:S3Client|KubeConfig)\b/,
  /(?<![\w.])fetch\(/,
  /\bNodeVault\(/,
  /\boidc\.discovery\(/,
  /\bbull\.(?:Queue|Worker)\b/,
  /(?<![\w.])(?:spawn|fork|execFile)\(/,
  /(?<![\w.])(?:connect|createConnection|request)\(\{? ?(?:host|port)/,
];
/** The probe of the engine's walls tries what must be refused to it; it is in the engine's place, under the same clock. */
const behindWalls = new Set(['libs/platform/engine/probe.ts']);
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
const letsOut = ({ text }: Source): boolean => ways.some((way) => way.test(withoutComments(text)));

describe('a call that leaves a process', () => {
  it('is made by a client of the list, each of which has its limits', () => {
    const found = sources.filter((source) => !behindWalls.has(source.path) && letsOut(source)).map(({ path }) => path);
    expect(found.sort()).toEqual(Object.keys(outboundClients).sort());
  });

  it('ends by a limit of the table, every row of which ends one', () => {
    const used = new Set([...Object.values(outboundClients).flat(), 'health']);
    expect([...used].sort()).toEqual(Object.keys(defaultLimits).sort());
  });

  it.each([
    ['libs/x/y.ts', 'const client = new pg.Client({ connectionString });'],
    ['libs/x/y.ts', 'await fetch(url);'],
    ['libs/x/y.ts', "const redis = new Redis('…');"],
    ['libs/x/y.ts', "spawn('convert', []);"],
  ])('is noticed in a file that nobody listed (%s: %s)', (path, text) => {
    expect(letsOut({ path, text })).toBe(true);
  });
});
