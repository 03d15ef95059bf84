import { RowTable, StateTable } from '#platform/database/persistence';
import { copyTransitions, datasetTransitions } from '../domain/copy.states.js';
import { refuse } from '../domain/refusals.js';
import { DatasetCopyRow, DatasetRow, UploadRow } from './entities.js';

export const datasetCopyTable = new StateTable(DatasetCopyRow, {
  parties: { unitId: 'unitId', authorityId: 'authorityId', providerId: 'providerId', datasetId: 'datasetId' },
  what: 'dataset-copy',
  refuse,
  transitions: copyTransitions,
  initial: ['received'],
});
export const datasetTable = new StateTable(DatasetRow, {
  parties: 'everyone',
  what: 'dataset',
  refuse,
  transitions: datasetTransitions,
  initial: ['active'],
});
export const uploadTable = new RowTable(UploadRow, { what: 'upload', refuse });

/** Every table of the context whose rows change. */
export const datasetsTables = [datasetCopyTable, datasetTable, uploadTable];
