import 'reflect-metadata';
import { roles, type ContextDeclaration } from '#kernel';
import { boardNumbers, requirements } from '#oversight';
import { Controller, Req, Res } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryModule, NestFactory } from '@nestjs/core';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { contexts } from '../../apps/composition/contexts.js';
import { actionsOf, belongingsOf, refusalsOf, undersOf } from '../../apps/composition/platform.js';
import { Act, act, actMetadata, statusOf, type ActSpec } from '../../libs/platform/http/act.js';
import { RouteTable } from '../../libs/platform/http/route-table.js';
import { prefixesIn, sources, wordsIn } from './sources.js';

interface Route {
  readonly context: string;
  readonly handler: string;
  readonly spec: ActSpec | undefined;
}
/** Every handler of every controller that the API would run, read from metadata alone: no server, no database. */
function routesOf(context: ContextDeclaration): Route[] {
  return context.controllers.flatMap((controller) => {
    const prototype = controller.prototype as Record<string, object>;
    return Object.getOwnPropertyNames(prototype)
      .filter((method) => method !== 'constructor' && Reflect.getMetadata(PATH_METADATA, prototype[method] ?? {}) !== undefined)
      .map((method) => ({
        context: context.name,
        handler: `${controller.name}.${method}`,
        spec: Reflect.getMetadata(actMetadata, prototype[method] ?? {}) as ActSpec | undefined,
      }));
  });
}
const routes = contexts.flatMap(routesOf);
const acts = routes.flatMap(({ spec, ...route }) => (spec === undefined ? [] : [{ ...route, spec, name: `${spec.method} ${spec.path}` }]));
const actions = actionsOf(contexts);
const catalogue = refusalsOf(contexts);
const summary = { zh: '席位', en: 'Seats' };
const hasHan = (text: string): boolean => /\p{Script=Han}/u.test(text);
/** Names of what breaks a rule; an empty list is what every test wants. */
const breaking = (broken: (act: (typeof acts)[number]) => boolean): string[] =>
  acts.filter(broken).map(({ name, handler }) => `${name} (${handler})`);
const parametersIn = (path: string): string[] => [...path.matchAll(/:(\w+)|(\*)/g)].map((match) => match[1] ?? '*').sort();
const shapeOf = (schema: z.ZodType | undefined): Record<string, z.ZodType> => (schema instanceof z.ZodObject ? schema.shape : {});

describe('every route', () => {
  it('stands in one table that can be read', () => {
    const lines = acts.map(({ name, spec }) => `${name.padEnd(64)} ${spec.action.padEnd(38)} ${[spec.roles].flat().join(', ')}`).sort();
    process.stdout.write(`${String(lines.length)} routes below /api/v1\n${lines.join('\n')}\n`);
    expect(lines.length).toBeGreaterThan(100);
  });

  it('declares its act: who may, what is recorded, in which words [ACC-02]', () => {
    expect(routes.filter(({ spec }) => spec === undefined).map(({ handler }) => handler)).toEqual([]);
  });

  it('that answers with a signed document hands it out with its proof, or with what it waits for [DEST-03]', () => {
    const signed = acts.filter(({ spec }) => 'signatures' in shapeOf(spec.response));
    expect(signed.length).toBeGreaterThanOrEqual(5);
    expect(
      breaking(
        ({ spec }) =>
          'signatures' in shapeOf(spec.response) && !('inclusion' in shapeOf(spec.response) && 'waiting' in shapeOf(spec.response)),
      ),
    ).toEqual([]);
  });

  it('names the roles that may call it, and no others than those of the domain [ACC-02]', () => {
    const open = (spec: ActSpec): boolean => spec.roles === 'public';
    expect(
      breaking(
        ({ spec }) => Array.isArray(spec.roles) && (spec.roles.length === 0 || spec.roles.some((role) => !roles.includes(role as never))),
      ),
    ).toEqual([]);
    expect(breaking(({ spec }) => open(spec) && spec.method !== 'GET')).toEqual([]);
  });

  it('records an audit action that some context declares in both languages [AUD-01]', () => {
    expect(breaking(({ spec }) => actions[spec.action] === undefined)).toEqual([]);
    const texts = Object.entries(actions).filter(([, { object, zh, en }]) => object === '' || !hasHan(zh) || en === '' || hasHan(en));
    expect(texts.map(([action]) => action)).toEqual([]);
  });

  it('says in both languages what it does', () => {
    expect(breaking(({ spec }) => !hasHan(spec.summary.zh) || spec.summary.en.length < 3 || hasHan(spec.summary.en))).toEqual([]);
  });

  it('that changes something answers by a schema that says what', () => {
    const saysNothing = (schema: z.ZodType): boolean =>
      Object.keys(z.toJSONSchema(schema, { unrepresentable: 'any', io: 'output' })).filter((key) => key !== '$schema').length === 0;
    expect(
      breaking(({ spec }) => spec.method !== 'GET' && spec.streams === undefined && statusOf(spec) !== 204 && saysNothing(spec.response)),
    ).toEqual([]);
  });

  it('that changes something says what ending it refuses at, or why none touches it', () => {
    const under = undersOf(contexts);
    const changing = acts.filter(({ spec }) => spec.method !== 'GET' && spec.method !== 'HEAD');
    expect(changing.filter(({ spec }) => under[spec.action] === undefined).map(({ name }) => name)).toEqual([]);
    const known = new Set(acts.map(({ spec }) => spec.action));
    expect(Object.keys(under).filter((action) => !known.has(action))).toEqual([]);
  });

  it('names by its own input the thing that can end, of a kind that some context has a table for', () => {
    const [under, belongs] = [undersOf(contexts), belongingsOf(contexts)];
    const rules = acts.flatMap(({ spec, name }) => [under[spec.action] ?? []].flat().map((rule) => ({ rule, spec, name })));
    const broken = rules.filter(({ rule, spec }) => {
      if (typeof rule === 'string') return false;
      const [part, member = ''] = rule.at.split('.');
      const named = member in shapeOf(part === 'params' ? spec.params : spec.body);
      return !named || (rule.kind !== undefined && belongs[rule.kind] === undefined);
    });
    expect(broken.map(({ name }) => name)).toEqual([]);
    expect(rules.length).toBeGreaterThan(70);
  });

  it('is like no other', () => {
    const seen = new Map<string, string[]>();
    for (const { spec, handler } of acts) {
      const shape = `${spec.method} ${spec.path.replace(/:\w+/g, ':')}`;
      seen.set(shape, [...(seen.get(shape) ?? []), handler]);
    }
    expect([...seen.values()].filter((handlers) => handlers.length > 1)).toEqual([]);
  });

  it('has an action of its own, which is its id in OpenAPI and its name on the command line', () => {
    const byAction = Map.groupBy(acts, ({ spec }) => spec.action);
    expect([...byAction].filter(([, of]) => of.length > 1).map(([action, of]) => [action, ...of.map(({ name }) => name)])).toEqual([]);
  });

  it('keeps the application from starting where it shares its action with another', async () => {
    const seats = act({
      method: 'GET',
      path: '/seats',
      action: 'seat.listed',
      summary,
      roles: 'signed-in',
      scope: 'unit',
      response: z.null(),
    });
    @Controller()
    class Seats {
      @Act(seats)
      all(): null {
        return null;
      }
      @Act({ ...seats, path: '/people/:id/seats' })
      ofPerson(): null {
        return null;
      }
    }
    const app = await NestFactory.createApplicationContext(
      { module: Seats, imports: [DiscoveryModule], controllers: [Seats], providers: [RouteTable] },
      { logger: false },
    );
    expect(() => app.get(RouteTable).acts(new Set(['seat.listed']))).toThrow('two routes name seat.listed');
    await app.close();
  });

  it('keeps the application from starting where it is open to developers and says nothing of their seat (design §2.14)', async () => {
    const common = { action: 'seat.listed', summary, scope: 'unit', response: z.null() } as const;
    @Controller()
    class Seats {
      @Act({ ...common, method: 'POST', path: '/asked', roles: ['unit-developer'], seat: { kind: 'scenario', at: 'params.id' } })
      asked(): null {
        return null;
      }
      @Act({ ...common, method: 'POST', path: '/silent', roles: ['unit-manager', 'unit-developer'] })
      silent(): null {
        return null;
      }
      @Act({ ...common, method: 'DELETE', path: '/anyone', roles: 'signed-in' })
      anyone(): null {
        return null;
      }
      @Act({ ...common, method: 'GET', path: '/bytes', roles: ['unit-developer'], streams: 'down' })
      bytes(): null {
        return null;
      }
    }
    const app = await NestFactory.createApplicationContext(
      { module: Seats, imports: [DiscoveryModule], controllers: [Seats], providers: [RouteTable] },
      { logger: false },
    );
    const start = () => app.get(RouteTable).acts(new Set(['seat.listed']));
    for (const handler of ['silent', 'anyone', 'bytes'])
      expect(start).toThrow(`Seats.${handler} is open to developers and does not say whose seat it needs`);
    expect(start).not.toThrow('Seats.asked');
    await app.close();
  });

  it('names for the seat that it needs a thing of its own input that stands in a scenario', () => {
    const belongs = belongingsOf(contexts);
    const broken = breaking(({ spec }) => {
      if (spec.seat === undefined || 'none' in spec.seat) return false;
      const [part, member = ''] = spec.seat.at.split('.');
      return !(member in shapeOf(part === 'params' ? spec.params : spec.body)) || belongs[spec.seat.kind]?.columns.scenario === undefined;
    });
    expect(broken).toEqual([]);
  });

  it('keeps the application from starting where bytes could pass the guard of transfers [SEAT-03]', async () => {
    const common = { method: 'GET', action: 'seat.listed', summary, roles: 'signed-in', scope: 'unit', response: z.unknown() } as const;
    @Controller()
    class Seats {
      @Act({ ...common, path: '/down', streams: 'down' })
      down(@Res() _reply: unknown): void {
        // only its declaration is read
      }
      @Act({ ...common, path: '/up', streams: 'up' })
      up(@Req() _request: unknown): void {
        // only its declaration is read
      }
      @Act({ ...common, path: '/plain' })
      plain(@Res() _reply: unknown): void {
        // only its declaration is read
      }
    }
    const app = await NestFactory.createApplicationContext(
      { module: Seats, imports: [DiscoveryModule], controllers: [Seats], providers: [RouteTable] },
      { logger: false },
    );
    const start = () => app.get(RouteTable).acts(new Set(['seat.listed']));
    for (const [handler, what] of [
      ['down', 'the raw response'],
      ['up', 'the raw request'],
      ['plain', 'the raw response'],
    ] as const)
      expect(start).toThrow(`Seats.${handler} takes ${what}: bytes would pass unguarded`);
    await app.close();
  });

  it('checks every parameter of its path, ids as ids', () => {
    expect(
      breaking(({ spec }) => JSON.stringify(parametersIn(spec.path)) !== JSON.stringify(Object.keys(shapeOf(spec.params)).sort())),
    ).toEqual([]);
    const ids = ({ spec }: (typeof acts)[number]): boolean =>
      Object.entries(shapeOf(spec.params)).some(([name, schema]) => /^id$|Id$/.test(name) && schema.safeParse('1 OR 1=1').success);
    expect(breaking(ids)).toEqual([]);
  });

  it('is spelt as the interface promises: lower-case plural nouns, acts as sub-resources', () => {
    expect(breaking(({ spec }) => !/^(\/([a-z][a-z0-9]*(-[a-z]+)*|:\w+|\*))+$/.test(spec.path))).toEqual([]);
  });
});

describe('every number of the board', () => {
  it('opens records by a route that exists [ADM-11]', () => {
    const known = new Set(acts.filter(({ spec }) => spec.method === 'GET').map(({ spec }) => spec.path));
    expect(boardNumbers.filter(({ opens }) => !known.has(opens.split('?')[0] ?? '')).map(({ name }) => name)).toEqual([]);
  });
});

describe('every audit action', () => {
  it('is recorded somewhere: none is declared and forgotten [AUD-01]', () => {
    const said = new Set(sources.filter(({ path }) => !/audit-actions\.ts$/.test(path)).flatMap(({ text }) => wordsIn(text)));
    const prefixes = sources.flatMap(({ text }) => prefixesIn(text));
    expect(Object.keys(actions).filter((action) => !said.has(action) && !prefixes.some((prefix) => action.startsWith(prefix)))).toEqual([]);
  });
});

describe('every refusal', () => {
  it('is transient where what is broken or busy lies around the work: then another try may do better', () => {
    const around = Object.entries(catalogue).filter(([, { status }]) => [429, 502, 503, 504].includes(status));
    const lasting = around.filter(([, { transient, awaits }]) => transient !== true && awaits === undefined).map(([code]) => code);
    // An engine that nobody listed stays so until another is installed. What a copy or a run is left with once it was given up: no try's
    // fault, but its end.
    expect(lasting.sort()).toEqual(['coderuns.engine-not-listed', 'dataset-copy.import-gave-up', 'queue.outage-too-long']);
  });

  it('says the rule and what would satisfy it, in both languages, with the same figures in both', () => {
    const figures = (text: string): string =>
      JSON.stringify([...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]))].sort());
    const faults = Object.entries(catalogue).flatMap(([code, text]) => [
      ...(hasHan(text.zh) && hasHan(text.satisfyZh) ? [] : [`${code}: no Chinese`]),
      ...(text.en.length > 3 && text.satisfyEn.length > 3 && !hasHan(text.en + text.satisfyEn) ? [] : [`${code}: no English`]),
      ...(text.status >= 400 && text.status <= 599 ? [] : [`${code}: status ${String(text.status)}`]),
      ...(figures(text.zh + text.satisfyZh) === figures(text.en + text.satisfyEn) ? [] : [`${code}: other figures in the other language`]),
    ]);
    expect(faults).toEqual([]);
  });

  it('cites requirements that are in the catalogue', () => {
    const known = new Set(requirements.map(({ id }) => id));
    const cited = Object.entries(catalogue).flatMap(([code, text]) => (text.sources ?? []).map((source) => ({ code, source })));
    expect(cited.filter(({ source }) => /^[A-Z]+-\d+$/.test(source) && !known.has(source))).toEqual([]);
  });
});
