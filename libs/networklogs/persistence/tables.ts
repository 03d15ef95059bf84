import { RowTable } from '#platform/database/persistence';
import { SegmentRow } from './entities.js';

export const segmentTable = new RowTable(SegmentRow, { parties: 'everyone', what: 'network-log-segment' });

/** Every table of the context whose rows change. */
export const networklogsTables = [segmentTable];
