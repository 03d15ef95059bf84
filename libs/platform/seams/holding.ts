import {
  systemAct,
  type Clock,
  type HeldItem,
  type Holding,
  type HoldingName,
  type HoldingScope,
  type Instant,
  type RecoveryTry,
} from '#kernel';
import { UnitOfWork, type Tx } from '#platform/database';
import { CLOCK } from '#platform/http';
import { OBJECTS, type Objects } from '#platform/objects';
import { ReadBacks, type ObjectToRead } from '#platform/readback';
import { SetMetadata, type FactoryProvider } from '@nestjs/common';
import { seamKey } from './seam-key.js';

/** A folder of the object store that is the domain's own, and the key that seals all of it. */
export interface KeptFolder {
  readonly folder: string;
  readonly sealedBy: string;
}

/** What a context says of the data that it keeps as records and objects; how that is listed, destroyed and read back is the same for all. */
export interface KeptData {
  readonly name: HoldingName;
  /** Who acts in the journal, the action of a look, and the action under which records are struck off. */
  readonly acts: { readonly by: string; readonly read: string; readonly strike: string };
  folders(tx: Tx, scope: HoldingScope): readonly KeptFolder[] | Promise<readonly KeptFolder[]>;
  /** What the context's records say that it has. By the key of the object where there is one, so that the two views can be compared. */
  recorded?(tx: Tx, scope: HoldingScope): Promise<readonly Omit<HeldItem, 'view'>[]>;
  /** Objects to be read back: the same ones before and after the destruction. */
  objects(tx: Tx, scope: HoldingScope): readonly ObjectToRead[] | Promise<readonly ObjectToRead[]>;
  /** Ends what would write more, and what is destroyed in a way of its own. Doing it again does nothing. */
  stop?(scope: HoldingScope, at: Instant): Promise<void>;
  /** Writes down record by record that it is destroyed. Doing it again does nothing. */
  strike?(tx: Tx, scope: HoldingScope): Promise<void>;
  /** Further attempts to get something back. */
  attempts?(tx: Tx, scope: HoldingScope, readBacks: ReadBacks): Promise<readonly (() => Promise<RecoveryTry>)[]>;
}

interface Room {
  readonly unitOfWork: UnitOfWork;
  readonly objects: Objects;
  readonly readBacks: ReadBacks;
  readonly clock: Clock;
}

function holdingOf(data: KeptData, { unitOfWork, objects, readBacks, clock }: Room): Holding {
  const act = (action: string) => systemAct(data.acts.by, action, clock.now());
  const read = <T>(work: (tx: Tx) => T | Promise<T>): Promise<T> => unitOfWork.read(act(data.acts.read), async (tx) => work(tx));
  const folders = (scope: HoldingScope) => read((tx) => data.folders(tx, scope));
  const stored = async (scope: HoldingScope): Promise<HeldItem[]> => {
    const items: HeldItem[] = [];
    for (const { folder, sealedBy } of await folders(scope)) {
      const found = await objects.list(folder);
      items.push(
        ...found.map(({ key, version, kind, cipherBytes }): HeldItem => ({
          ...{ view: 'stores', kind: kind === 'version' ? 'object' : `object-${kind}`, ref: key, sealedBy },
          ...{ bytes: cipherBytes, note: version },
        })),
      );
    }
    return items;
  };
  return {
    name: data.name,
    order: 'data',
    async list(scope) {
      const recorded = (await read((tx) => data.recorded?.(tx, scope))) ?? [];
      return [...recorded.map((item): HeldItem => ({ view: 'database', ...item })), ...(await stored(scope))];
    },
    async destroy(scope) {
      await data.stop?.(scope, clock.now());
      // What lies in a folder without a record of ours goes along: left by a try that was cut off, or put there by somebody.
      for (const { folder } of await folders(scope)) await objects.destroy(folder);
      if (data.strike !== undefined) await unitOfWork.run(act(data.acts.strike), async (tx) => data.strike?.(tx, scope));
    },
    async readBack(scope) {
      const tries = [];
      for (const object of await read((tx) => data.objects(tx, scope))) tries.push(await readBacks.object(object));
      for (const attempt of (await read((tx) => data.attempts?.(tx, scope, readBacks))) ?? []) tries.push(await attempt());
      return tries;
    },
  };
}

type Instances<T extends readonly (abstract new (...args: never[]) => unknown)[]> = {
  -readonly [I in keyof T]: InstanceType<T[I]>;
};

/** Declares a holding of records and objects: a context says its queries alone. */
export function defineHolding<const T extends readonly (abstract new (...args: never[]) => unknown)[]>(
  inject: T,
  keep: (...parts: Instances<T>) => KeptData,
): FactoryProvider<Holding> {
  const useFactory = (unitOfWork: UnitOfWork, objects: Objects, readBacks: ReadBacks, clock: Clock, ...parts: unknown[]): Holding =>
    holdingOf(keep(...(parts as Instances<T>)), { unitOfWork, objects, readBacks, clock });
  SetMetadata(seamKey, 'holding')(useFactory);
  return { provide: Symbol('holding'), inject: [UnitOfWork, OBJECTS, ReadBacks, CLOCK, ...inject], useFactory };
}
