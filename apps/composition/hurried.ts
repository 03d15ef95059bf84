import type { Refusal } from '#kernel';
import { othersWait } from '#platform/database';

/**
 * A port whose answers are waited for only so long where a person's transaction holds a place meanwhile: a store that keeps silent would
 * otherwise keep everybody from working until its own limits end. Outside of such transactions its own limits count alone.
 * @param away what it is refused with; the transaction is undone
 */
export function hurried<Port extends object>(port: Port, withinMs: number, away: () => Refusal): Port {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        const answer: unknown = Reflect.apply(member, target, args);
        return answer instanceof Promise && othersWait() ? within(answer, withinMs, away) : answer;
      };
    },
  });
}

async function within(answer: Promise<unknown>, withinMs: number, away: () => Refusal): Promise<unknown> {
  let late: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      answer,
      new Promise((_, reject) => {
        late = setTimeout(() => {
          reject(away());
        }, withinMs);
      }),
    ]);
  } finally {
    clearTimeout(late);
  }
}
