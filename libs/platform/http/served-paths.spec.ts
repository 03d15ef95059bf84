import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ServedPaths } from './served-paths.js';

const acts = [
  { method: 'GET', path: '/people' },
  { method: 'POST', path: '/people' },
  { method: 'GET', path: '/people/self' },
  { method: 'GET', path: '/people/:id' },
  { method: 'POST', path: '/people/:id/locks/:lockId/lifts' },
  { method: 'GET', path: '/tiles/*' },
] as const;
const paths = new ServedPaths(acts, ['/healthz']);
const allowed = (method: string, url: string): unknown => {
  const { code, details } = paths.refusalOf({ method, url });
  return code === 'http.method-not-allowed' ? details['allowed'] : code;
};

describe('what no route takes', () => {
  it('is told the methods of the path, where the path is served, HEAD wherever GET is', () => {
    expect(allowed('DELETE', '/api/v1/people')).toEqual(['GET', 'HEAD', 'POST']);
    expect(allowed('DELETE', '/api/v1/people/?limit=1')).toEqual(['GET', 'HEAD', 'POST']);
    expect(allowed('POST', '/api/v1/people/0')).toEqual(['GET', 'HEAD']);
    expect(allowed('GET', '/api/v1/people/0/locks/1/lifts')).toEqual(['POST']);
    expect(allowed('POST', '/api/v1/tiles/0/x/y')).toEqual(['GET', 'HEAD']);
    expect(allowed('POST', '/healthz')).toEqual(['GET', 'HEAD']);
  });

  it('is told that there is no such route everywhere else', () => {
    for (const url of ['/', '/people', '/api/v1/nothing', '/api/v1/people//locks/1/lifts', '/api/v1/people/0/locks', '/healthz/x'])
      expect([url, allowed('GET', url)]).toEqual([url, 'http.no-such-route']);
  });

  it('never has the method that it was asked by among those that it is told of another path’s', () => {
    const part = fc.string({ unit: fc.constantFrom('a', '-', '%20', '1'), minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.constantFrom(...acts), part, ({ path }, value) => {
        const url = `/api/v1${path.replaceAll(/:\w+|\*/g, value)}`;
        expect(allowed('TRACE', url)).toEqual(expect.arrayContaining([expect.stringMatching(/^[A-Z]+$/)]));
      }),
    );
  });
});
