import 'reflect-metadata';
import type { EventType, JobType } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { contexts } from '../../apps/composition/contexts.js';
import { projectRoot } from '../../deploy/embedded/processes/project-root.js';
import * as shared from '../../libs/platform/database/index.js';

const isEvent = (value: unknown): value is EventType =>
  typeof value === 'object' && value !== null && 'schema' in value && 'name' in value && /\.v\d+$/.test(String(value.name));
const isJob = (value: unknown): value is JobType => typeof value === 'object' && value !== null && 'lane' in value && 'name' in value;

const moduleOf = async (path: string): Promise<object> =>
  existsSync(join(projectRoot, path)) ? ((await import(join(projectRoot, path))) as object) : {};
const exportsOf = async (file: string): Promise<unknown[]> =>
  (await Promise.all(contexts.map(({ name }) => moduleOf(`libs/${name}/${file}`)))).flatMap((module) => Object.values(module));

/** What the methods of every context's jobs are marked with. */
const marks = (key: string): unknown[] =>
  contexts.flatMap(({ jobs }) =>
    jobs.flatMap((type) =>
      Object.getOwnPropertyNames(type.prototype)
        .map((method): unknown => Object.getOwnPropertyDescriptor(type.prototype, method)?.value)
        .filter((method) => typeof method === 'function')
        .map((method): unknown => Reflect.getMetadata(key, method as object))
        .filter((mark) => mark !== undefined),
    ),
  );
const names = (items: readonly { readonly name: string }[]): string[] => [...new Set(items.map(({ name }) => name))].sort();

describe('every event', () => {
  it('that a context or the platform defines has a consumer, and every consumer names one that is defined', async () => {
    const defined = [...(await exportsOf('contract.ts')), ...Object.values(shared)].filter(isEvent);
    const consumed = (marks('opdomain:consumer') as { event: EventType }[]).map(({ event }) => event);
    expect(defined.length).toBeGreaterThan(10);
    expect(names(consumed)).toEqual(names(defined));
    expect(consumed.every((event) => defined.includes(event))).toBe(true);
    expect(names(defined)).toHaveLength(defined.length);
  });

  it('is consumed under a name of its own, which stays the same whatever the event is called', () => {
    const consumers = names(marks('opdomain:consumer') as { name: string }[]);
    expect(consumers).toHaveLength(marks('opdomain:consumer').length);
  });
});

describe('every kind of queued work', () => {
  it('is done by exactly one handler', async () => {
    const defined = (await exportsOf('domain/work.ts')).filter(isJob);
    expect(defined.length).toBeGreaterThan(10);
    expect((marks('opdomain:job') as JobType[]).map(({ name }) => name).sort()).toEqual(names(defined));
    expect(names(defined)).toHaveLength(defined.length);
  });
});
