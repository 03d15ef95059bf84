import type { Id } from '#kernel';
import type { Acting } from './request.js';

/** What a read or a refused act was about: the object named in the path, or the collection. */
export function objectOf(acting: Acting): { kind: string; id: Id } {
  const kind = acting.spec.action.split('.')[0] ?? 'route';
  const params = acting.input?.params;
  const id = typeof params === 'object' && params !== null && 'id' in params && typeof params.id === 'string' ? params.id : 'collection';
  return { kind, id };
}
