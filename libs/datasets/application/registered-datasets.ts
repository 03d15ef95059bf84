import type { Id } from '#kernel';
import type { Tx } from '#platform/database';
import { type DatasetCatalogue, Implements } from '#platform/seams';
import { Injectable } from '@nestjs/common';
import { isSensitive, isUndecided } from '../domain/field.js';
import { DatasetsRepository } from '../persistence/datasets.repository.js';

/** Tells those who judge a data request what the provider registered: its fields, how they are graded, and whether it came from above. */
@Implements('dataset-catalogue')
@Injectable()
export class RegisteredDatasets implements DatasetCatalogue {
  constructor(private readonly repository: DatasetsRepository) {}

  async describe(tx: Tx, datasetId: Id): ReturnType<DatasetCatalogue['describe']> {
    const dataset = await this.repository.find(tx, datasetId);
    if (dataset === undefined) return undefined;
    return {
      providerId: dataset.providerId,
      fields: dataset.fields.map((field) => ({ name: field.name, sensitive: isSensitive(field), graded: !isUndecided(field) })),
      returned: dataset.origin.returnedFrom !== null,
    };
  }
}
