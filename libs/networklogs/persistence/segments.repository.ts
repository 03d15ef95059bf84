import type { Id } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import type { LogMonths } from '#platform/seams';
import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { SegmentRow } from './entities.js';
import type { Stream } from './streams.repository.js';
import { segmentTable } from './tables.js';

const ofStream = ({ domainId, zone }: Pick<Stream, 'domainId' | 'zone'>) => ({ domainId: domainId ?? IsNull(), zone });

@Injectable()
export class SegmentsRepository {
  private readonly table = segmentTable;

  insert = (tx: Tx, row: Omit<SegmentRow, 'version'>): Promise<SegmentRow> => this.table.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<SegmentRow> => this.table.get(tx, id);
  lock = (tx: Tx, id: Id): Promise<SegmentRow> => this.table.lock(tx, id);
  update = (tx: Tx, row: SegmentRow, change: Partial<SegmentRow>): Promise<SegmentRow> => this.table.update(tx, row, change);

  page(
    tx: Tx,
    { domainId, zone }: { domainId?: Id | undefined; zone?: SegmentRow['zone'] | undefined },
    request: PageRequest,
  ): Promise<Page<SegmentRow>> {
    return this.table.page(tx, { domainId, zone }, request);
  }

  async remove(tx: Tx, id: Id): Promise<void> {
    await managerOf(tx).delete(SegmentRow, { id });
  }

  /** The whole chain of a stream, oldest first. */
  chain(tx: Tx, stream: Pick<Stream, 'domainId' | 'zone'>): Promise<SegmentRow[]> {
    return managerOf(tx).find(SegmentRow, { where: ofStream(stream), order: { from: 'ASC' } });
  }

  async last(tx: Tx, stream: Stream): Promise<SegmentRow | undefined> {
    return (await managerOf(tx).find(SegmentRow, { where: ofStream(stream), order: { from: 'DESC' }, take: 1 }))[0];
  }

  async oldest(tx: Tx, row: SegmentRow): Promise<SegmentRow | undefined> {
    return (await managerOf(tx).find(SegmentRow, { where: ofStream(row), order: { from: 'ASC' }, take: 1 }))[0];
  }

  /** Segments whose term is older than what the rule and a termination now ask for. */
  async toExtend(
    tx: Tx,
    { of, otherwise }: LogMonths,
    most: number,
  ): Promise<{ row: SegmentRow; terminatedAt: string | null; keepMonths: number }[]> {
    const found: { id: Id; terminated_at: Date | null; months: number }[] = await managerOf(tx).query(
      `SELECT g.id, s.terminated_at, coalesce(r.months, $3)::int AS months FROM networklogs.segments g
       LEFT JOIN networklogs.streams s ON s.domain_id IS NOT DISTINCT FROM g.domain_id AND s.zone = g.zone
       LEFT JOIN unnest($1::uuid[], $2::int[]) AS r(authorisation_id, months) ON r.authorisation_id = s.authorisation_id
       WHERE g.keep_months < coalesce(r.months, $3::int) OR g.terminated_at IS DISTINCT FROM s.terminated_at LIMIT $4`,
      [[...of.keys()], [...of.values()], otherwise, most],
    );
    const extended = [];
    for (const { id, terminated_at, months } of found)
      extended.push({ row: await this.table.lock(tx, id), terminatedAt: terminated_at?.toISOString() ?? null, keepMonths: months });
    return extended;
  }
}
