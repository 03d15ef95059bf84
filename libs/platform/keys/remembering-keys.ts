import { assertKeyName, type KeyKind, type Keys, type KeyState } from './keys.js';
import { refuse } from './refusals.js';

/**
 * What is remembered of keys outside their store, where putting back an older copy of the store does not reach: the names of destroyed
 * keys, and how new the store was when it was last seen.
 */
export interface KeyMemory {
  /** Which of these names were destroyed. */
  destroyed(names: readonly string[]): Promise<ReadonlySet<string>>;
  noteDestroyed(name: string): Promise<void>;
  /** The newest generation of the store ever noted; 0 for none. */
  newest(store: string): Promise<number>;
  /** Never lowers it. */
  noteGeneration(store: string, generation: number): Promise<void>;
}

/**
 * A key store whose destroyed keys stay destroyed although an older copy of it was put back (a key file, a restored OpenBao). The name is
 * remembered before the store destroys; every use asks the memory first, and a key that came back is destroyed again when it is met.
 */
export class RememberingKeys implements Keys {
  private constructor(
    private readonly store: Keys,
    private readonly memory: KeyMemory,
  ) {}

  /** Destroys what came back since the store was last open. */
  static async over(store: Keys, memory: KeyMemory): Promise<RememberingKeys> {
    const revived = await memory.destroyed(await store.list(''));
    for (const name of revived) await store.destroy(name);
    return new RememberingKeys(store, memory);
  }

  async create(name: string, kind?: KeyKind): Promise<void> {
    await this.refuseDestroyed(name);
    return this.store.create(name, kind);
  }

  async wrap(name: string, plaintext: Uint8Array): Promise<string> {
    await this.refuseDestroyed(name);
    return this.store.wrap(name, plaintext);
  }

  async unwrap(name: string, wrapped: string): Promise<Uint8Array> {
    await this.refuseDestroyed(name);
    return this.store.unwrap(name, wrapped);
  }

  async sign(name: string, message: Uint8Array): Promise<Uint8Array> {
    await this.refuseDestroyed(name);
    return this.store.sign(name, message);
  }

  async publicKey(name: string): Promise<Uint8Array> {
    await this.refuseDestroyed(name);
    return this.store.publicKey(name);
  }

  async state(name: string): Promise<{ state: KeyState; versions: number }> {
    if (await this.isDestroyed(name)) return { state: 'destroyed', versions: 0 };
    return this.store.state(name);
  }

  async list(prefix: string): Promise<string[]> {
    const names = await this.store.list(prefix);
    const destroyed = await this.memory.destroyed(names);
    return names.filter((name) => !destroyed.has(name));
  }

  async destroy(name: string): Promise<void> {
    if ((await this.store.state(name)).state === 'absent' && !(await this.isDestroyed(name))) throw refuse('keys.absent', { name });
    // The name comes first: a crash between the two leaves a key that nobody can use and that the next look destroys.
    await this.memory.noteDestroyed(name);
    if ((await this.store.state(name)).state !== 'absent') await this.store.destroy(name);
  }

  health(): Promise<void> {
    return this.store.health();
  }

  close(): Promise<void> {
    return this.store.close();
  }

  private async remembers(name: string): Promise<boolean> {
    assertKeyName(name);
    return (await this.memory.destroyed([name])).has(name);
  }

  /** A key that was put back is destroyed again: only then is it true that it is gone. What cannot be read is not called gone. */
  private async isDestroyed(name: string): Promise<boolean> {
    if (!(await this.remembers(name))) return false;
    if ((await this.store.state(name)).state === 'live') await this.store.destroy(name);
    return true;
  }

  /** Refused whether or not the store can be reached. */
  private async refuseDestroyed(name: string): Promise<void> {
    if (!(await this.remembers(name))) return;
    await this.isDestroyed(name).catch(() => undefined);
    throw refuse('keys.destroyed', { name });
  }
}
