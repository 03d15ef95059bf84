import { authorisationsContext } from '#authorisations';
import { coderunsContext } from '#coderuns';
import { datasetsContext } from '#datasets';
import { desensitisationContext } from '#desensitisation';
import { domainsContext } from '#domains';
import { exportsContext } from '#exports';
import { identityContext } from '#identity';
import { newId } from '#kernel';
import { seatsContext } from '#seats';
import { days, grantedRequest, ok, requestedItem, type Cast } from './authorised.js';
import { filePerson } from './operating.js';
import type { Caller, Medium } from './medium.js';
import { registrationOf } from './dataset-registration.js';

/** All that an export needs. Without a cluster no domain is made. */
export const exportingContexts = [
  ...[identityContext, authorisationsContext, datasetsContext, { ...domainsContext, jobs: [] }],
  ...[seatsContext, desensitisationContext, coderunsContext, exportsContext],
];

export interface Field {
  readonly name: string;
  readonly type: 'text' | 'integer' | 'decimal' | 'date';
  readonly sensitive: boolean;
  readonly sensitiveType?: 'name';
  /** What may leave of it; `public` is agreed to by the authority. */
  readonly release?: 'aggregate' | 'rounded' | 'public';
}
export interface Delivered {
  readonly datasetId: string;
  readonly copyId: string;
}
type Rows = readonly (readonly string[])[];

/** A holding registered, granted to the scenario, uploaded and imported. */
export async function deliver(medium: Medium, cast: Cast, scenarioId: string, fields: readonly Field[], rows: Rows): Promise<Delivered> {
  const { steward } = cast;
  const dataset = ok(
    await steward.post<{ id: string }>(
      '/datasets',
      registrationOf(cast.provider, {
        name: `常住人口 ${newId().slice(-4)}`,
        fields: fields.map(({ name, type, sensitive, sensitiveType = 'none', release = 'aggregate' }) => ({
          ...{ name, type, sensitiveType, release: release === 'public' ? 'aggregate' : release },
          class: sensitive ? 'personal' : 'public',
          grade: sensitive ? 'L3' : release === 'public' ? 'L1' : 'L2',
        })),
      }),
    ),
  );
  if (fields.some(({ release }) => release === 'public')) await agreeTo(cast, dataset.id, fields);
  const item = requestedItem(
    cast,
    dataset.id,
    fields.map(({ name, sensitive }) => ({ name, sensitive })),
  );
  await grantedRequest(cast, scenarioId, [{ ...item, period: { ...(item['period'] as object), from: days(0), until: days(300) } }]);
  const uploadId = await upload(medium, steward, [fields.map(({ name }) => name), ...rows].map((row) => `${row.join(',')}\n`).join(''));
  const format = { kind: 'csv', encoding: 'utf-8' };
  const { id: copyId } = ok(await steward.post<{ id: string }>('/dataset-copies', { datasetId: dataset.id, scenarioId, uploadId, format }));
  await medium.until(async () => {
    const copy = ok(await steward.get<{ state: string; failure: unknown }>(`/dataset-copies/${copyId}`));
    if (copy.state === 'failed') throw new Error(JSON.stringify(copy.failure));
    return copy.state === 'ready';
  }, 'the copy to be ready');
  return { datasetId: dataset.id, copyId };
}

/** The provider proposes what its fields' release rules are to be, and the authority agrees. */
export async function agreeTo(cast: Cast, datasetId: string, fields: readonly Pick<Field, 'name' | 'release'>[]): Promise<void> {
  const path = `/datasets/${datasetId}`;
  const known = ok(await cast.steward.get<{ fields: { name: string }[] }>(path)).fields;
  const rules = new Map(fields.map(({ name, release }) => [name, release]));
  const wanted = known.map((field) => ({ ...field, release: rules.get(field.name) ?? 'aggregate' }));
  const { proposal } = ok(
    await cast.steward.put<{ proposal: { digest: string } | null }>(`${path}/fields`, { fields: wanted, reason: '目录公开' }),
  );
  if (proposal !== null) ok(await cast.officer.post(`${path}/field-approvals`, { digest: proposal.digest }));
}

async function upload(medium: Medium, by: Caller, text: string): Promise<string> {
  const bytes = Buffer.from(text);
  const headers = async (more: Record<string, string>): Promise<Record<string, string>> => ({
    authorization: `Bearer ${await by.token()}`,
    'tus-resumable': '1.0.0',
    ...more,
  });
  const base = `${await listening(medium)}/api/v1/uploads`;
  const begun = await fetch(base, {
    method: 'POST',
    headers: await headers({ 'upload-length': String(bytes.length), 'idempotency-key': newId() }),
  });
  const id = begun.headers.get('location')?.split('/').at(-1);
  if (begun.status !== 201 || id === undefined) throw new Error(`upload was answered ${String(begun.status)} ${await begun.text()}`);
  const sent = await fetch(`${base}/${id}`, {
    method: 'PATCH',
    headers: await headers({ 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' }),
    body: bytes,
  });
  if (sent.status !== 204) throw new Error(`upload was answered ${String(sent.status)} ${await sent.text()}`);
  return id;
}

/** The API on a socket of its own: what streams is not injected. */
export async function listening(medium: Medium): Promise<string> {
  if (!medium.app.getHttpServer().listening) await medium.app.listen(0, '127.0.0.1');
  return (await medium.app.getUrl()).replace('[::1]', '127.0.0.1');
}

/** A developer of the unit with everything on file and a granted seat. */
export async function seatHolder(medium: Medium, cast: Cast, scenarioId: string): Promise<Caller> {
  const person = await medium.person(cast.unit, ['unit-developer']);
  await filePerson(cast.officer, person.personId);
  const seat = ok(
    await cast.manager.post<{ id: string }>('/seats', { personId: person.personId, scenarioId, clause: '协议第四条', endsOn: days(60) }),
  );
  ok(await cast.officer.post(`/seats/${seat.id}/grants`, {}));
  return person;
}

/**
 * Submitted, reviewed and run on raw data; the result is in quarantine.
 * @param copies by the name that the code gives each; one alone is called `residents`
 */
export async function runOnRaw(
  medium: Medium,
  cast: Cast,
  by: Caller,
  scenarioId: string,
  copies: string | Readonly<Record<string, string>>,
  sql: string,
): Promise<string> {
  const inputs = Object.entries(typeof copies === 'string' ? { residents: copies } : copies).map(([as, copyId]) => ({ copyId, as }));
  const body = { scenarioId, purpose: 'run', language: 'sql', title: '统计', sql, inputs };
  const submission = ok(await by.post<{ id: string; digest: string }>('/code-submissions', body));
  ok(
    await cast.officer.post(`/code-submissions/${submission.id}/reviews`, {
      verdict: 'approve',
      digest: submission.digest,
      reasons: '代码合规',
    }),
  );
  const run = ok(await by.post<{ id: string }>('/code-runs', { submissionId: submission.id }));
  await medium.until(async () => {
    const now = ok(await by.get<{ state: string; cause: unknown }>(`/code-runs/${run.id}`));
    if (now.state === 'failed') throw new Error(JSON.stringify(now.cause));
    return now.state === 'succeeded';
  }, 'the run to succeed');
  return run.id;
}
