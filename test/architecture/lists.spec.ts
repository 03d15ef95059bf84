import 'reflect-metadata';
import { tablesOf } from '#platform/database';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { contexts } from '../../apps/composition/contexts.js';
import { actMetadata, type ActSpec } from '../../libs/platform/http/act.js';

/** Lists that are a page of a table: `page` gives what the caller sees, by the parties that the table declares. */
const ofTables: Readonly<Record<string, string>> = {
  '/organisations': 'organisation',
  '/people': 'person',
  '/role-proposals': 'role-proposal',
  '/authorisations': 'authorisation',
  '/stage-bodies': 'stage-body',
  '/scenarios': 'scenario',
  '/admissions': 'partner',
  '/data-requests': 'data-request',
  '/datasets': 'dataset',
  '/dataset-copies': 'dataset-copy',
  '/operation-domains': 'domain',
  '/catalogue-images': 'catalogue-image',
  '/seats': 'seat',
  '/revocations': 'revocation',
  '/desensitisation-plans': 'desensitisation-plan',
  '/desensitisation-runs': 'desensitisation-run',
  '/samples': 'desensitisation-run',
  '/code-submissions': 'code-submission',
  '/code-runs': 'code-run',
  '/export-requests': 'export-request',
  '/export-policies': 'export-policy',
  '/terminations': 'termination',
  '/legal-holds': 'legal-hold',
  '/audit-cases': 'audit-case',
  '/network-log-segments': 'network-log-segment',
};

/** The rest: parts of one object, which its own table shows or does not, and rows that no context may change. */
const otherwise: Readonly<Record<string, string>> = {
  '/authorisations/:id/suspensions': 'of one authorisation',
  '/people/:id/locks': 'of one person',
  '/dataset-copies/:id/bad-rows': 'of one copy',
  '/export-requests/:id/reviews': 'of one request, blind while votes are open',
  '/operation-domains/:id/probes': 'of one domain',
  '/seats/:id/revocations': 'of one seat, each as its own table shows it',
  '/audit-entries': 'journal rows, by the reach of the roles that read the log',
  '/network-log-events': 'event rows, by the reach over domains',
  '/charges': 'ledger rows, by the reach over agreements',
  '/price-lists': 'prices, by the reach over agreements',
  '/work': 'the queue, for the platform operator',
  '/requirements': 'the catalogue of obligations, the same for everyone who may ask',
  '/jurisdiction-profiles': 'the profiles, the same for everyone',
  '/working-years': 'the calendars, the same for everyone',
};

/** The last probe alone, the suspensions of an agreement, and what has a few dozen rows for the whole platform. */
const answeredWhole = [
  '/authorisations/:id/suspensions',
  '/operation-domains/:id/probes',
  '/jurisdiction-profiles',
  '/working-years',
  '/requirements',
];

const specs = contexts.flatMap(({ controllers }) =>
  controllers.flatMap((controller) => {
    const prototype = controller.prototype as Record<string, object>;
    return Object.getOwnPropertyNames(prototype)
      .filter((name) => name !== 'constructor' && Reflect.getMetadata(PATH_METADATA, prototype[name] ?? {}) !== undefined)
      .map((name) => Reflect.getMetadata(actMetadata, prototype[name] ?? {}) as ActSpec);
  }),
);
const isList = ({ method, response }: ActSpec): boolean =>
  method === 'GET' && response instanceof z.ZodObject && 'items' in response.shape && 'next' in response.shape;

describe('every list of the API', () => {
  it('is the page of a table that declares who sees its rows, or one of the few named here [ISO-02]', () => {
    const lists = specs.filter(isList).map(({ path }) => path);
    expect([...lists].sort()).toEqual([...Object.keys(ofTables), ...Object.keys(otherwise)].sort());
  });

  it('is answered in pages, but for the few that are short by what they are', () => {
    const whole = specs
      .filter(isList)
      .filter(({ query }) => !(query instanceof z.ZodObject && 'limit' in query.shape && 'cursor' in query.shape));
    expect(whole.map(({ path }) => path).sort()).toEqual([...answeredWhole].sort());
  });

  it('has a table with a list, and no table’s list is served by nobody', () => {
    const withList = tablesOf(contexts).filter(({ hasList }) => hasList);
    expect(Object.values(ofTables).filter((what) => !withList.some((table) => table.what === what))).toEqual([]);
    const served = new Set([...Object.values(ofTables), 'suspension']);
    expect(withList.map(({ what }) => what).filter((what) => !served.has(what))).toEqual([]);
  });
});
