import { systemAct, systemClock } from '#kernel';
import { UnitOfWork } from '#platform/database';
import type { Medium } from './medium.js';

/**
 * Does `rest` in a transaction of its own, starts `meanwhile`, sees it wait, does `whileItWaits`, and lets the first one
 * commit. Answers the order of all that.
 */
export const resting =
  (of: () => Medium) =>
  async (
    rest: Parameters<UnitOfWork['run']>[1],
    meanwhile: () => Promise<unknown>,
    whileItWaits: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<string[]> => {
    const medium = of();
    const order: string[] = [];
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const first = medium.app.get(UnitOfWork).run(systemAct('test', 'scenario.read', systemClock.now()), async (tx) => {
      await rest(tx);
      order.push('rests');
      await held;
      order.push('committed');
    });
    await medium.until(() => Promise.resolve(order.includes('rests')), 'the first to rest on what it read');
    const second = meanwhile().then(() => order.push('then the other'));
    await medium.until(
      async () =>
        (await medium.sql(`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)).length > 0,
      'the other to wait',
    );
    await whileItWaits();
    letGo();
    await Promise.all([first, second]);
    return order;
  };
