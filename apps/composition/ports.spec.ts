import { applications } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { runCommand } from '../cli/program.js';
import { opdomainConfig } from './config.js';
import { closedPort, ownerSecrets, secretsOf } from './ports.js';

/** Paths of the configuration that name a file: what a schema calls …File, and the kubeconfig. */
function filesIn(schema: unknown, path: readonly string[] = []): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {}, anyOf = [], oneOf = [], allOf = [] } = schema as Record<string, never>;
  const members = Object.entries(properties as Record<string, unknown>).flatMap(([name, member]) => [
    ...(/(?:File|^kubeconfig)$/.test(name) ? [[...path, name].join('.')] : []),
    ...filesIn(member, [...path, name]),
  ]);
  return [...members, ...[...(anyOf as unknown[]), ...(oneOf as unknown[]), ...(allOf as unknown[])].flatMap((one) => filesIn(one, path))];
}

describe('the secrets of the processes', () => {
  it('are every file that the configuration can name, each with a reader', () => {
    const files = new Set(filesIn(z.toJSONSchema(opdomainConfig, { io: 'input', unrepresentable: 'any' })));
    const read = new Set([...applications.flatMap((one) => secretsOf(one)), ...ownerSecrets].map(({ path }) => path));
    expect([...files].sort()).toEqual([...read].sort());
    expect(files.size).toBeGreaterThan(8);
  });

  it('keep the cluster from the API and the worker, keys and objects from the operator, and the owner from all', () => {
    const paths = Object.fromEntries(applications.map((one) => [one, secretsOf(one).map(({ path }) => path.split('.')[0])]));
    expect(new Set(paths['api'])).toEqual(new Set(['database', 'keys', 'objects']));
    expect(new Set(paths['worker'])).toEqual(new Set(['database', 'keys', 'objects', 'queue']));
    expect(new Set(paths['operator'])).toEqual(new Set(['database', 'cluster']));
    for (const one of applications) expect(secretsOf(one).map(({ path }) => path)).not.toContain('database.ownerUrlFile');
  });

  it.each(['zh', 'en'] as const)('are listed by the command line, without a server (%s)', async (language) => {
    let out = '';
    const terminal = { out: (text: string | Uint8Array) => void (out += String(text)), err: () => undefined, language };
    const environment = { language, folder: '/nowhere', server: undefined, token: undefined } as never;
    expect(await runCommand(['config', 'secrets', 'operator', '--json'], terminal, environment)).toBe(0);
    expect((JSON.parse(out) as { secret: string }[]).map(({ secret }) => secret)).toEqual(['database.urlFile', 'cluster.kubeconfig']);
    out = '';
    expect(await runCommand(['config', 'secrets'], terminal, environment)).toBe(0);
    for (const one of [...applications, 'migrate']) expect(out).toContain(one);
    expect(await runCommand(['config', 'secrets', 'nobody'], terminal, environment)).toBe(2);
  });
});

describe('a port that a process does not open', () => {
  it('is an error that names both, whatever is asked of it, and looks like nothing to a framework', () => {
    const closed = closedPort<{ put(): void }>('objects', 'operator');
    expect(() => closed.put()).toThrow('the operator has no port objects');
    expect((closed as unknown as { onModuleInit?: unknown }).onModuleInit).toBeUndefined();
    expect((closed as unknown as { then?: unknown }).then).toBeUndefined();
  });
});
