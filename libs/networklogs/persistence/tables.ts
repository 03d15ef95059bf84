import { RowTable } from '#platform/database/persistence';
import { refuse } from '../domain/refusals.js';
import { SegmentRow } from './entities.js';

export const segmentTable = new RowTable(SegmentRow, { parties: 'everyone', what: 'network-log-segment', refuse });

/** Every table of the context whose rows change. */
export const networklogsTables = [segmentTable];
