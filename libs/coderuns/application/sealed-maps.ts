import { canonicalJson, digestOf, sha256, type Id } from '#kernel';
import { OBJECTS, type Objects } from '#platform/objects';
import { Inject, Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { sealOf, subjectKeyOf } from '../domain/names.js';
import type { AboutMap } from '../domain/plan/sealing.js';
import { differencesOf } from '../domain/sealed/differences.js';
import type { SealedMapHeader } from '../domain/sealed/header.js';
import { linesOf, readSealedMap } from '../domain/sealed/sealed-map.js';
import type { ReadableInput } from './input-gate.js';

const keyBytes = 32;

/** What makes the maps of a scenario's results comparable with one another, and with no other. */
@Injectable()
export class SealedMaps {
  constructor(@Inject(OBJECTS) private readonly objects: Objects) {}

  /** The scenario's secret: the first that was ever stored, made where there is none. */
  async key(scenarioId: Id): Promise<Uint8Array> {
    const name = subjectKeyOf(scenarioId);
    const sealedBy = sealOf(scenarioId);
    if ((await this.versions(name)).length === 0) await this.objects.put(name, randomBytes(keyBytes), { sealedBy });
    const [first] = await this.versions(name);
    return buffer(await this.objects.get(name, { sealedBy, ...(first === undefined ? {} : { version: first.version }) }));
  }
  private async versions(name: string) {
    return (await this.objects.list(name)).filter(({ key, kind }) => key === name && kind === 'version');
  }

  /** Whether what can be told of a few by a table alone shows in its map. Not where it cannot be compared, which the export gate asks about. */
  async tells(file: AsyncIterable<Uint8Array>, threshold: number): Promise<boolean> {
    const table = await readSealedMap(linesOf(file));
    if (table === undefined) return false;
    const { small, recomputed } = differencesOf(table, table, threshold);
    return small + recomputed > 0;
  }

  /** The map as it is stored: what has to be known to read it, then its rows. */
  async *file(
    about: AboutMap,
    key: Uint8Array,
    inputs: readonly ReadableInput[],
    rows: AsyncIterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array> {
    yield Buffer.from(`${canonicalJson(headerOf(about, key, inputs))}\n`);
    yield* rows;
  }
}

function headerOf({ nodes, ...about }: AboutMap, key: Uint8Array, inputs: readonly ReadableInput[]): SealedMapHeader {
  const byTable = new Map(inputs.map((input) => [input.as, input]));
  const dataset = (table: string): Id => byTable.get(table)?.datasetId ?? '';
  const field = (source: string): string => {
    const [table = '', ...column] = source.split('.');
    return `${dataset(table)}.${column.join('.')}`;
  };
  return {
    ...about,
    key: sha256(key),
    nodes: nodes.map(({ keys, cells, strands }) => ({
      keys,
      cells: cells.map((of) => of?.map(field) ?? null),
      strands: strands.map(({ table, column, once }) => ({
        datasetId: dataset(table),
        subject: column,
        basis: digestOf((byTable.get(table)?.columns ?? []).map(({ column: name, type }) => [name, type])),
        once,
      })),
    })),
  };
}
