import 'reflect-metadata';
import { openApi, routesOf } from '#platform/http';
import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { bodyIn } from '../../apps/cli/api/body-file.js';
import { isNamed } from '../../apps/cli/api/column-names.js';
import { exampleText } from '../../apps/cli/api/example-text.js';
import { standings } from '../../apps/cli/api/standings.js';
import { apiDescription, operationsOf, type Schema } from '../../apps/cli/api/operations.js';
import { contexts } from '../../apps/composition/contexts.js';
import { described } from '../../apps/composition/described.js';

const routes = contexts.flatMap(({ controllers }) => controllers.flatMap((controller) => routesOf(controller.prototype as object)));
const description = apiDescription.parse(JSON.parse(JSON.stringify(openApi(routes, described(contexts, 'https://issuer.example')))));
const schemas = description.components?.schemas ?? {};
const operations = operationsOf(description);
const routeOf = (action: string) => {
  const found = routes.find((route) => route.action === action);
  if (found === undefined) throw new Error(action);
  return found;
};
const dir = mkdtempSync(join(tmpdir(), 'opdomain-examples-'));
afterAll(() => rmSync(dir, { recursive: true }));
const bodied = operations.filter(({ hasBody }) => hasBody);

describe('the example body of an act', () => {
  it('is there for every act that takes a body', () => {
    expect(bodied.length).toBeGreaterThan(80);
    expect(bodied.map(({ name }) => name).sort()).toEqual(
      routes
        .filter(({ body }) => body !== undefined)
        .map(({ action }) => action)
        .sort(),
    );
  });

  it.each(bodied.map((one) => [`${one.command.noun} ${one.command.verb}`, one] as const))(
    'is taken by the act: %s',
    (_typed, operation) => {
      const schema = routeOf(operation.name).body as z.ZodType;
      for (const today of ['2026-11-30', '2028-02-29'])
        for (const format of ['table', 'json'] as const) {
          const text = exampleText(operation, schemas, format, today);
          writeFileSync(join(dir, 'body'), text);
          const result = schema.safeParse(bodyIn(join(dir, 'body')));
          expect([text, result.error?.issues ?? []]).toEqual([text, []]);
        }
    },
  );
});

describe('what the state of a thing means', () => {
  const commands = new Map(operations.map((one) => [`${one.command.noun} ${one.command.verb}`, one]));
  it.each(Object.entries(standings))(
    'names states and commands that there are: %s',
    (view, { busy = [], failed = [], next = {}, read }) => {
      const { state } = (schemas[view]?.['properties'] ?? {}) as { state?: { enum?: readonly string[]; $ref?: string } };
      const states = state?.enum ?? (schemas[state?.$ref?.split('/').at(-1) ?? '']?.['enum'] as readonly string[] | undefined) ?? [];
      expect([...busy, ...failed, ...Object.keys(next)].filter((one) => !states.includes(one))).toEqual([]);
      const typed = [...Object.values(next), ...(read === undefined ? [] : [`${read} ID`])];
      for (const line of typed) {
        const [noun = '', verb = '', ...rest] = line.split(' ');
        const operation = commands.get(`${noun} ${verb}`);
        expect([line, operation?.pathFields.length]).toEqual([line, rest.includes('ID') ? 1 : 0]);
      }
      if (read === undefined && busy.length > 0)
        for (const act of operations.filter(({ answers, method }) => answers === view && method === 'POST'))
          expect(operations.some(({ path, method }) => path === act.path && method === 'GET')).toBe(true);
    },
  );
});

describe('the headings of lists', () => {
  const resolved = (schema: Schema | undefined): Schema => {
    const { $ref } = schema ?? {};
    return typeof $ref === 'string' ? resolved(schemas[$ref.slice($ref.lastIndexOf('/') + 1)]) : (schema ?? {});
  };
  const propertiesOf = (schema: Schema | undefined) => (resolved(schema)['properties'] ?? {}) as Readonly<Record<string, Schema>>;
  const isShown = (schema: Schema): boolean => {
    const one = resolved(schema);
    const variants = (one['anyOf'] ?? one['oneOf']) as readonly Schema[] | undefined;
    if (variants !== undefined) return variants.some(isShown);
    return !['object', 'array', 'null'].includes(one['type'] as string);
  };

  it('have a Chinese name for whatever a list shows', () => {
    const unnamed = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.values(methods).flatMap(({ responses }) => {
        const page = propertiesOf(
          Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1].content?.['application/json']?.schema,
        );
        if (page['items'] === undefined || page['next'] === undefined) return [];
        const item = propertiesOf(resolved(page['items'])['items'] as Schema);
        return Object.entries(item).flatMap(([name, schema]) => (isShown(schema) && !isNamed(name) ? [`${path} ${name}`] : []));
      }),
    );
    expect(unnamed).toEqual([]);
  });
});
