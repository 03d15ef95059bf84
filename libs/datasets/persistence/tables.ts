import { RowTable, StateTable } from '#platform/database/persistence';
import { copyTransitions, datasetTransitions } from '../domain/copy.states.js';
import { DatasetCopyRow, DatasetRow, UploadRow } from './entities.js';

export const datasetCopyTable = new StateTable(DatasetCopyRow, {
  parties: { unitId: 'unitId', authorityId: 'authorityId', providerId: 'providerId', datasetId: 'datasetId' },
  what: 'dataset-copy',
  transitions: copyTransitions,
  initial: ['received'],
});
export const datasetTable = new StateTable(DatasetRow, {
  parties: 'everyone',
  what: 'dataset',
  transitions: datasetTransitions,
  initial: ['active'],
});
export const uploadTable = new RowTable(UploadRow, { what: 'upload' });

/** Every table of the context whose rows change. */
export const datasetsTables = [datasetCopyTable, datasetTable, uploadTable];
