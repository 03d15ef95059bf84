import { Batched } from '#kernel';
import type { KeyMemory } from '#platform/keys';
import type { DataSource } from 'typeorm';

/** Remembers in the database what an older copy of the key store, put back, has forgotten. */
export class KeyLedger implements KeyMemory {
  private readonly asked = new Batched<readonly string[], ReadonlySet<string>>(
    async (lists) => {
      const names = [...new Set(lists.flat())];
      const rows: { name: string }[] = await this.dataSource.query('SELECT name FROM platform.destroyed_keys WHERE name = ANY($1)', [
        names,
      ]);
      const destroyed = new Set(rows.map((row) => row.name));
      return lists.map((list) => new Set(list.filter((name) => destroyed.has(name))));
    },
    { gatherMs: 0 },
  );

  constructor(private readonly dataSource: DataSource) {}

  destroyed(names: readonly string[]): Promise<ReadonlySet<string>> {
    return this.asked.ask(names);
  }

  async noteDestroyed(name: string): Promise<void> {
    await this.dataSource.query('INSERT INTO platform.destroyed_keys (name) VALUES ($1) ON CONFLICT DO NOTHING', [name]);
  }

  async newest(store: string): Promise<number> {
    const [row]: { newest: string }[] = await this.dataSource.query('SELECT newest FROM platform.key_generations WHERE store = $1', [
      store,
    ]);
    return Number(row?.newest ?? 0);
  }

  async noteGeneration(store: string, generation: number): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO platform.key_generations AS known (store, newest) VALUES ($1, $2)
       ON CONFLICT (store) DO UPDATE SET newest = excluded.newest WHERE known.newest < excluded.newest`,
      [store, generation],
    );
  }
}
