import { authorisationsContext } from '#authorisations';
import { datasetsContext } from '#datasets';
import { identityContext } from '#identity';
import { approvedScenario, grantedRequest, inForce, ok, openCast, requestedItem } from './authorised.js';
import { openMedium } from './medium.js';
import type { Answer, Caller, Medium } from './medium.js';
import { registration, requestedFields } from './residents.js';
import { UploadClient } from './uploads.js';

export interface CopyAnswer {
  readonly id: string;
  readonly state: string;
  readonly leftOut: readonly string[];
  readonly counts: { rows: number; bad: number } | null;
  readonly file: { rows: number; columns: readonly { name: string; type: string }[] } | null;
  readonly failure: { code: string; details: Record<string, unknown> } | null;
}
export interface DatasetAnswer {
  readonly id: string;
  readonly fields: readonly Record<string, unknown>[];
  readonly proposal: { digest: string; lowered: string[] } | null;
}

const contexts = [identityContext, authorisationsContext, datasetsContext];
export const format = { kind: 'csv', encoding: 'gb18030' };

/** A provider with a registered dataset, granted to a scenario in force. */
export async function openWorld(worker: boolean) {
  const medium = await openMedium({ contexts, worker });
  const cast = await openCast(medium);
  const { id: authorisationId } = await inForce(cast);
  const { id: scenarioId } = await approvedScenario(cast, authorisationId);
  const dataset = ok(await cast.steward.post<DatasetAnswer>('/datasets', registration(cast.provider)));
  await grantedRequest(cast, scenarioId, [requestedItem(cast, dataset.id, requestedFields)]);
  const uploads = await UploadClient.of(medium, cast.steward);
  const deliver = async (bytes: Uint8Array, more: Record<string, unknown> = {}): Promise<Answer<CopyAnswer>> =>
    cast.steward.post<CopyAnswer>('/dataset-copies', {
      datasetId: dataset.id,
      scenarioId,
      uploadId: await uploads.whole(bytes),
      format,
      ...more,
    });
  return { medium, cast, authorisationId, scenarioId, dataset, uploads, deliver };
}
/** Waits until an import is over. */
export const ended = (medium: Medium, reader: Caller, id: string): Promise<CopyAnswer> =>
  medium.until(
    async () => {
      const { body } = await reader.get<CopyAnswer>(`/dataset-copies/${id}`);
      return ['ready', 'failed'].includes(body.state) && body;
    },
    'the end of the import',
    90,
  );
