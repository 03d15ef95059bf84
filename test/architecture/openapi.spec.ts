import 'reflect-metadata';
import { openApi, routesOf } from '#platform/http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { contexts } from '../../apps/composition/contexts.js';
import { described } from '../../apps/composition/described.js';
import { projectRoot } from '../../deploy/embedded/processes/project-root.js';

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, unknown>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<'schemas' | 'responses', Readonly<Record<string, unknown>>>>;
}

const routes = contexts.flatMap(({ controllers }) => controllers.flatMap((controller) => routesOf(controller.prototype as object)));
const document = JSON.parse(JSON.stringify(openApi(routes, described(contexts, 'https://issuer.example')))) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);
/** Every value below one, with the member that it is. */
function* below(value: unknown): Generator<{ readonly name: string; readonly member: unknown }> {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    yield { name, member: member as unknown };
    yield* below(member);
  }
}
const membersCalled = (wanted: string): string[] =>
  [...below(document)].flatMap(({ name, member }) => (name === wanted && typeof member === 'string' ? [member] : []));

const run = promisify(execFile);
const tool = (name: string): string => join(projectRoot, 'node_modules', '.bin', name);
let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opdomain-openapi-'));
  await writeFile(join(dir, 'openapi.json'), JSON.stringify(document));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('the description of the API', () => {
  it('is valid OpenAPI 3.1', async () => {
    // Its own validator of JSON Schema is not one that Jest can load twice.
    const { Validator } = createRequire(import.meta.url)('@seriousme/openapi-schema-validator') as {
      Validator: new () => { validate(file: string): Promise<{ valid: boolean; errors?: unknown }> };
    };
    expect(await new Validator().validate(join(dir, 'openapi.json'))).toEqual({ valid: true });
  }, 60_000);

  it('is one of which two generators make what compiles strictly', async () => {
    const input = join(dir, 'openapi.json');
    await run(tool('openapi-typescript'), [input, '-o', join(dir, 'types.ts')]);
    const plugins = ['@hey-api/typescript', '@hey-api/sdk', '@hey-api/client-fetch'];
    await run(tool('openapi-ts'), ['-i', input, '-o', join(dir, 'client'), '--no-log-file', '-p', ...plugins], { cwd: dir });
    const compilerOptions = {
      ...{ strict: true, noEmit: true, skipLibCheck: true, types: [] },
      ...{ module: 'esnext', moduleResolution: 'bundler', target: 'es2023', lib: ['es2023', 'dom', 'dom.iterable'] },
    };
    await writeFile(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['types.ts', 'client/**/*.ts'] }));
    const said = await run(tool('tsc'), ['-p', dir]).catch((fault: unknown) => (fault as { stdout: string }).stdout);
    expect(said).toEqual({ stdout: '', stderr: '' });
  }, 120_000);

  it('refers to nothing that is not there, and holds each schema once and none that nothing refers to', () => {
    const referred = new Set(membersCalled('$ref'));
    const held = (['schemas', 'responses'] as const).flatMap((kind) =>
      Object.keys(document.components[kind]).map((name) => `#/components/${kind}/${name}`),
    );
    expect([...referred].filter((ref) => !held.includes(ref))).toEqual([]);
    expect(held.filter((ref) => !referred.has(ref))).toEqual([]);
    expect(held.filter((ref) => !/^#\/components\/\w+\/[\w.-]+$/.test(ref))).toEqual([]);
    expect(JSON.stringify(document).length).toBeLessThan(720_000);
  });

  it('names every operation once, by a verb, and declares the parameters of its path and no others', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z]+[A-Z]\w+$/.test(id))).toEqual([]);
    for (const { path, operation } of operations) {
      const declared = operation.parameters.flatMap((one) => (one.in === 'path' ? [one.name] : []));
      expect([path, declared.sort()]).toEqual([path, [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()]);
    }
    expect(Object.keys(document.paths).filter((path) => path.includes('*'))).toEqual([]);
  });

  it('has no pattern that needs what some engines lack', () => {
    // Without the u flag, `\p` is a p.
    for (const pattern of membersCalled('pattern'))
      expect([pattern, /\\p\{/.test(pattern), new RegExp(pattern)]).toEqual([pattern, false, expect.anything()]);
  });

  it('says of every operation what else it may answer, by status, with the codes', () => {
    for (const { operation } of operations)
      expect(Object.keys(operation.responses)).toEqual(
        expect.arrayContaining(['400', '401', '403', '404', '409', '429', '503', 'default']),
      );
    const [conflict] = Object.entries(document.components.responses).filter(([name]) => name === 'seats.409');
    expect(conflict?.[1]).toMatchObject({ 'x-codes': expect.arrayContaining(['seat.already-there', 'state.changed-meanwhile']) });
  });

  it('says of every operation what the contexts that its own calls refuse, and nothing of those that it knows not', () => {
    const codesOf = (name: string): readonly string[] => (document.components.responses[name] as { 'x-codes': string[] })['x-codes'];
    expect(codesOf('terminations.404')).toEqual(
      expect.arrayContaining(['termination.not-found', 'authorisation.not-found', 'dataset-copy.not-found', 'export-request.not-found']),
    );
    expect(codesOf('coderuns.404')).toEqual(expect.arrayContaining(['dataset-copy.not-found', 'scenario.not-found']));
    expect(codesOf('datasets.404')).not.toContain('export-request.not-found');
  });
});
