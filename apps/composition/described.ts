import { identityContext } from '#identity';
import { MODULE_METADATA } from '@nestjs/common/constants.js';
import type { ContextDeclaration } from '#kernel';
import { schemaNames, type Described } from '#platform/http';
import { refusalsOf } from './platform.js';

/** What the API's description says besides its routes: the schemas that contexts name, and what the acts of each may be refused for. */
export function described(contexts: readonly ContextDeclaration[], issuer: string): Described {
  const signIn = contexts.filter(({ name }) => name === identityContext.name);
  const catalogues = new Map(
    contexts.map((context) => [context.name, refusalsOf([...new Set([...signIn, ...calledBy(context, contexts), context])])]),
  );
  const contextOf = new Map(contexts.flatMap(({ name, auditActions }) => Object.keys(auditActions).map((action) => [action, name])));
  const general = refusalsOf(signIn);
  return {
    issuer,
    schemas: schemaNames(Object.fromEntries(contexts.map(({ name, schemas }) => [name, schemas ?? {}]))),
    refusalsOf(action) {
      const of = contextOf.get(action) ?? 'opdomain';
      return { of, catalogue: catalogues.get(of) ?? general, own: contexts.find(({ name }) => name === of)?.refusals ?? {} };
    },
  };
}

/** The contexts whose use cases one calls, and those that they call: what its modules import. What these refuse, its acts refuse as well. */
function calledBy({ module }: ContextDeclaration, contexts: readonly ContextDeclaration[]): ContextDeclaration[] {
  const reached = new Set<unknown>();
  const follow = (from: object): void => {
    for (const imported of (Reflect.getMetadata(MODULE_METADATA.IMPORTS, from) ?? []) as readonly object[]) {
      if (reached.has(imported)) continue;
      reached.add(imported);
      follow(imported);
    }
  };
  follow(module);
  return contexts.filter((context) => reached.has(context.module));
}
