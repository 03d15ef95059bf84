import { describe, expect, it } from '@jest/globals';
import { opdomainConfig } from './config.js';

const whole = (more: Record<string, unknown> = {}) => ({
  database: { urlFile: '/d' },
  queue: { kind: 'postgres', urlFile: '/q' },
  keys: { kind: 'transit', address: 'http://127.0.0.1:8200', tokenFile: '/t' },
  objects: { kind: 'folder', path: '/o' },
  cluster: { kubeconfig: '/k' },
  oidc: { issuer: 'https://issuer.example', audience: 'a' },
  ...more,
});
const refusedPaths = (more: Record<string, unknown>): string[] =>
  opdomainConfig.safeParse(whole(more)).error?.issues.map(({ path }) => path.join('.')) ?? [];

describe('the whole configuration', () => {
  it('is taken as it stands by default', () => {
    expect(refusedPaths({})).toEqual([]);
  });

  it('is refused where a statement may outlast the lease of the work that sends it', () => {
    const limits = { database: { statementMs: 60_000, answerMs: 70_000 }, health: { poolMs: 200_000 } };
    expect(refusedPaths({ limits })).toEqual(['limits.database.statementMs']);
  });

  it('is refused where the key store may be asked for longer than a transaction may rest', () => {
    expect(refusedPaths({ limits: { keys: { requestMs: 20_000 } } })).toEqual(['limits.keys.requestMs']);
  });

  it('is refused where one unanswered reading would freeze every transfer', () => {
    expect(refusedPaths({ http: { accessLeaseSeconds: 4 } })).toEqual(['limits.access.answerMs']);
  });
});
