import { identityContext } from '#identity';
import { Refusal, systemAct } from '#kernel';
import { clockConfig, createDataSource, DatabaseClock, type ClockConfig } from '#platform/database';
import { issuerTime, oidcConfig } from '#platform/http';
import type { Logger } from '#platform/telemetry';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openMedium, type Medium } from '../support/medium.js';
import { MovedClock } from '../support/moved-clock.js';

let medium: Medium;
beforeAll(async () => {
  medium = await openMedium({ contexts: [identityContext], hosts: { api: new MovedClock(-120_000) } });
}, 300_000);
afterAll(() => medium.close());

const databaseMs = async (): Promise<number> =>
  Number((await medium.sql<{ at: string }>('SELECT extract(epoch FROM clock_timestamp()) * 1000 AS at'))[0]?.at);

const opened: DatabaseClock[] = [];
afterEach(() => {
  for (const clock of opened.splice(0)) clock.close();
});
/** What the log was told, by event. */
const said: { event: string; of: unknown }[] = [];
const note = (event: string, fields?: Readonly<Record<string, unknown>>): void => void said.push({ event, of: fields?.['of'] });
const log: Logger = { debug: () => undefined, info: note, warn: note, error: note };

async function openClock(host: MovedClock, config: Partial<ClockConfig> = {}, issuer?: string): Promise<DatabaseClock> {
  said.length = 0;
  const oidc = issuer === undefined ? undefined : oidcConfig.parse({ issuer, audience: 'test' });
  const clock = await DatabaseClock.open({
    ...{ dataSource: medium.platform.dataSource, log, host, config: clockConfig.parse(config) },
    issuer: (steadyMs, signal) => (oidc === undefined ? Promise.resolve(undefined) : issuerTime(oidc, 5_000, steadyMs, signal)),
  });
  opened.push(clock);
  return clock;
}
const refusalOf = (clock: DatabaseClock): string => {
  try {
    clock.assertSigns();
    return 'signs';
  } catch (fault) {
    if (!(fault instanceof Refusal) || !fault.transient) throw fault;
    return fault.code;
  }
};
/** The database's time before and after, and this clock's between the two. */
async function compared(clock: DatabaseClock): Promise<{ before: number; at: number; after: number; bound: number }> {
  const before = await databaseMs();
  const at = Date.parse(clock.now());
  return { before, at, after: await databaseMs(), bound: clock.standing().boundMs };
}

describe('the clock of a process', () => {
  it.each([0, 300_000, -300_000, 86_400_000 * 29])(
    'is the database’s, within what it states, where its host is off by %d ms',
    async (off) => {
      const clock = await openClock(new MovedClock(off));
      for (let turn = 0; turn < 20; turn += 1) {
        const { before, at, after, bound } = await compared(clock);
        expect(at).toBeGreaterThanOrEqual(Math.floor(before));
        expect(at).toBeLessThanOrEqual(after + 2 * bound + 1);
        expect(bound).toBeLessThan(1_000);
      }
      expect(Math.abs(clock.standing().host.offsetMs - off)).toBeLessThan(1_000);
    },
  );

  it('never lags behind the database: what is due there is due here', async () => {
    const clock = await openClock(new MovedClock(-300_000));
    for (let turn = 0; turn < 200; turn += 1) {
      const due = await databaseMs();
      expect(Date.parse(clock.now())).toBeGreaterThanOrEqual(Math.floor(due));
      if (turn % 20 === 0) await clock.measure();
    }
  });

  it('does not notice that its host’s clock is set, forward or back, and never runs backwards', async () => {
    const host = new MovedClock(0);
    const clock = await openClock(host);
    let last = clock.now();
    const steps = fc.sample(fc.integer({ min: -(10 ** 10), max: 10 ** 10 }), { numRuns: 50, seed: 7 });
    for (const step of steps) {
      host.aheadMs = step;
      if (step % 5 === 0) await clock.measure();
      const { at, after, bound } = await compared(clock);
      expect(at).toBeGreaterThanOrEqual(Date.parse(last));
      expect(at).toBeLessThanOrEqual(after + 2 * bound + 1);
      last = new Date(at).toISOString();
    }
  });

  it('is unsure after its machine slept, signs nothing until it has read the database’s anew, and then knows it again', async () => {
    const host = new MovedClock(0);
    const clock = await openClock(host);
    expect(refusalOf(clock)).toBe('signs');
    host.sleep(60_000);
    expect(clock.standing().signs).toBe('unsure');
    expect(refusalOf(clock)).toBe('clock.unsure');
    await medium.until(() => Promise.resolve(refusalOf(clock) === 'signs'), 'the clock to be known again');
    const { before, at, after, bound } = await compared(clock);
    expect(at).toBeGreaterThanOrEqual(Math.floor(before));
    expect(at).toBeLessThanOrEqual(after + 2 * bound + 1);
  });

  it('does not count an answer that its machine slept over', async () => {
    const host = new MovedClock(0);
    const clock = await openClock(host);
    // Asleep at the moment of the answer to the first question, and at any later one.
    for (const nth of [3, 4, 5, 6]) {
      const steady = host.steadyMs;
      let asked = 0;
      host.steadyMs = () => {
        asked += 1;
        if (asked === nth) host.sleep(60_000);
        return steady();
      };
      await clock.measure();
      host.steadyMs = steady;
    }
    const { before, at, after, bound } = await compared(clock);
    expect([clock.standing().signs, at >= Math.floor(before), at <= after + 2 * bound + 1]).toEqual(['yes', true, true]);
  });

  it('is read anew also where that is found out inside a transaction, which has no second connection', async () => {
    const host = new MovedClock(0);
    const clock = await openClock(host, { measureSeconds: 300 });
    await medium.platform.unitOfWork.read(systemAct('test', 'organisation.read', clock.now()), async () => {
      host.sleep(60_000);
      expect(refusalOf(clock)).toBe('clock.unsure');
      await medium.until(() => Promise.resolve(refusalOf(clock) === 'signs'), 'the clock to be known again');
    });
  });

  it('is unsure when it was not compared with the database’s for so long that it may have drifted', async () => {
    const host = new MovedClock(0);
    // The database’s clock does not pass with it: only how it is known is looked at.
    const clock = await openClock(host, { unsureBeyondMs: 500, signWithinMs: 1e9 });
    host.pass(3_600_000);
    expect(refusalOf(clock)).toBe('signs');
    host.pass(3_600_000);
    expect(refusalOf(clock)).toBe('clock.unsure');
    await medium.until(() => Promise.resolve(refusalOf(clock) === 'signs'), 'the clock to be known again');
    const { before, at, after, bound } = await compared(clock);
    expect(at).toBeGreaterThanOrEqual(Math.floor(before));
    expect(at).toBeLessThanOrEqual(after + 2 * bound + 1);
  });

  it('warns once when its host gets a second off, says once that it is back, and signs until the limit', async () => {
    const host = new MovedClock(0);
    const clock = await openClock(host, { warnBeyondMs: 1_000, signWithinMs: 60_000 });
    expect(said).toEqual([]);
    for (const off of [900, 0, -900]) {
      host.aheadMs = off;
      expect(refusalOf(clock)).toBe('signs');
    }
    expect(said).toEqual([]);
    for (const off of [1_500, 5_000, -40_000]) {
      host.aheadMs = off;
      expect(refusalOf(clock)).toBe('signs');
    }
    expect(said).toEqual([{ event: 'clock.apart', of: 'host' }]);
    host.aheadMs = 61_000;
    expect(refusalOf(clock)).toBe('clock.database-apart');
    host.aheadMs = -61_000;
    expect(refusalOf(clock)).toBe('clock.database-apart');
    host.aheadMs = 0;
    expect(refusalOf(clock)).toBe('signs');
    expect(said).toEqual([
      { event: 'clock.apart', of: 'host' },
      { event: 'clock.together', of: 'host' },
    ]);
  });

  it('is not opened where the database does not answer', async () => {
    const gone = createDataSource({ ...medium.platform.config.database }, [], 'test');
    const opening = DatabaseClock.open({ dataSource: gone, log, config: clockConfig.parse({}), issuer: () => Promise.resolve(undefined) });
    await expect(opening).rejects.toThrow();
  });
});

describe('the issuer’s clock', () => {
  let server: Server;
  let aheadMs = 0;
  let url = '';
  beforeAll(async () => {
    server = createServer((_request, response) => {
      response.setHeader('date', new Date(Date.now() + aheadMs).toUTCString());
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const heard = (clock: DatabaseClock) => medium.until(() => Promise.resolve(clock.standing().issuer), 'the issuer to be heard');

  it.each([0, 5_000, -5_000, 300_000])('is measured to what its whole seconds allow, where it is off by %d ms', async (off) => {
    aheadMs = off;
    const clock = await openClock(new MovedClock(-300_000), {}, url);
    const { offsetMs, boundMs } = await heard(clock);
    expect(Math.abs(offsetMs - off)).toBeLessThanOrEqual(boundMs + 1);
    expect(boundMs).toBeGreaterThanOrEqual(500);
  });

  it('keeps this process from signing when one of the two must be wrong, and warns before', async () => {
    aheadMs = 20_000;
    const near = await openClock(new MovedClock(0), { signWithinMs: 60_000 }, url);
    await heard(near);
    expect(refusalOf(near)).toBe('signs');
    expect(said).toEqual([{ event: 'clock.apart', of: 'issuer' }]);
    aheadMs = -120_000;
    const far = await openClock(new MovedClock(0), { signWithinMs: 60_000 }, url);
    await heard(far);
    expect(refusalOf(far)).toBe('clock.issuer-apart');
  });

  it('that does not answer shows nothing and keeps nobody from signing', async () => {
    const clock = await openClock(new MovedClock(0), {}, 'http://127.0.0.1:1');
    expect(clock.standing().issuer).toBeUndefined();
    expect(refusalOf(clock)).toBe('signs');
  });
});

describe('readiness', () => {
  it('says how far the clocks are apart, and stays ready', async () => {
    const ready = await medium.app.inject({ url: '/readyz' });
    const { clock } = ready.json<{ clock: Record<string, unknown> }>();
    expect([ready.statusCode, clock]).toEqual([200, expect.objectContaining({ signs: 'yes', boundMs: expect.any(Number) })]);
    expect(Math.abs((clock['hostAheadMs'] as number) + 120_000)).toBeLessThan(1_000);
  });
});
