import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { authorisationsContext } from '#authorisations';
import { DesiredObjects, domainsContext, Domains } from '#domains';
import { identityContext } from '#identity';
import { newId, systemAct, type CutPath, type EvidenceSource, type Holding } from '#kernel';
import { asSeen, KubeCluster, kubeConfig, refOf, type KubeObject } from '#platform/kube';
import { Seams } from '#platform/seams';
import { startTelemetry } from '#platform/telemetry';
import { startOperator } from '../../apps/operator/app.js';
import { startControlPlane, type ControlPlane } from '../../deploy/embedded/servers/control-plane.js';
import { installation } from '../../libs/domains/manifests/index.js';
import { openMedium, type Caller, type Medium } from '../support/medium.js';
import { workspaceManifests } from '../../libs/seats/manifests/workspace.manifests.js';
import { catalogueImage, operatorSubject, operatorUser, refusalOf } from './support/zones.js';
import { moment } from '../support/cuts.js';

interface View {
  readonly id: string;
  readonly state: string;
  readonly zones: readonly {
    readonly zone: string;
    readonly namespace: string;
    readonly lostAt: string | null;
    readonly goneAt: string | null;
  }[];
  readonly troubles: readonly { readonly kind: string; readonly what: readonly string[] }[];
  readonly reconciled: { readonly steps: readonly string[]; readonly failure: string | null } | null;
}
const networking = 'networking.k8s.io/v1';
const admission = 'admissionregistration.k8s.io/v1';

describe('an operation domain, from request to destruction', () => {
  let dir = '';
  let plane: ControlPlane;
  let admin: KubeCluster;
  let medium: Medium;
  let stopOperator: (() => Promise<void>) | undefined;
  let authority: Caller;
  let manager: Caller;
  let stranger: Caller;
  let authorisationId = '';
  let id = '';
  let unitId = '';

  const view = async (): Promise<View> => (await medium.operator.get<View>(`/operation-domains/${id}`)).body;
  /** @throws with how the domain stands and which probes did not hold, since `gave up` alone tells nobody what to mend */
  const reached = async (what: string, check: (seen: View) => boolean, seconds = 40): Promise<View> => {
    try {
      return await medium.until(
        async () => {
          const seen = await view();
          return check(seen) && seen;
        },
        what,
        seconds,
      );
    } catch (error) {
      const { state, troubles, reconciled } = await view();
      const failed = await medium.sql(
        `SELECT ran_at, one FROM domains.probe_runs, jsonb_array_elements(verdicts) AS one
         WHERE domain_id = $1 AND NOT (one->>'holds')::boolean ORDER BY ran_at DESC LIMIT 10`,
        [id],
      );
      throw new Error(`${what}: ${JSON.stringify({ state, troubles, reconciled, failed }, null, 1)}`, { cause: error });
    }
  };
  const inState = (state: string): Promise<View> => reached(state, (seen) => seen.state === state);
  const zoneOf = (seen: View, zone: string): string => seen.zones.find((one) => one.zone === zone && one.lostAt === null)?.namespace ?? '';
  const inTx = <T>(
    action: string,
    work: (tx: Parameters<Parameters<Medium['platform']['unitOfWork']['run']>[1]>[0]) => Promise<T>,
  ): Promise<unknown> => medium.platform.unitOfWork.run(systemAct('test', action, new Date().toISOString()), work);
  const journalled = async (action: string): Promise<number> =>
    Number(
      (await medium.sql<{ n: string }>('SELECT count(*) AS n FROM platform.journal WHERE action = $1 AND domain_id = $2', [action, id]))[0]
        ?.n,
    );
  const seams = (): Seams => medium.app.get(Seams);

  /** An authorisation as it stands after its own long way (that is another context's test). */
  const authorised = async (authorityId: string): Promise<string> => {
    const made = newId();
    const columns = `'${made}', 1, now(), '${unitId}', '${authorityId}', 'zhejiang', 'in-force', '普惠金融', '["processing-use"]',
      '{"from": "2026-01-01", "until": "2028-12-31"}', '[]', 0, '${newId()}'`;
    await medium.sql(`DO $$ BEGIN SET LOCAL session_replication_role = replica;
      INSERT INTO authorisations.authorisations (id, version, created_at, unit_id, authority_id, profile_id, state, field, rights, term, files, revision, applicant_id)
      VALUES (${columns}); END $$`);
    return made;
  };

  let stopTelemetry: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    stopTelemetry = await startTelemetry('test', { logLevel: 'silent' });
    dir = await mkdtemp(join(tmpdir(), 'opdomain-domains-'));
    plane = await startControlPlane({ dir, durable: false });
    admin = await KubeCluster.open(kubeConfig.parse({ kubeconfig: plane.kubeconfigPath }));
    for (const object of installation({ operator: operatorSubject })) await admin.apply(object);
    const kubeconfig = await plane.kubeconfigFor(operatorUser);
    medium = await openMedium({
      contexts: [identityContext, authorisationsContext, domainsContext],
      worker: true,
      config: (config) => ({ ...config, cluster: kubeConfig.parse({ kubeconfig, requestsPerSecond: 300, burst: 300 }) }),
    });
    stopOperator = await startOperator(await medium.platformOf('operator'));
    const authorityOrganisation = await medium.organisation('authority', { region: '331100' });
    unitId = await medium.organisation('unit');
    authority = await medium.person(authorityOrganisation, ['authority']);
    manager = await medium.person(unitId, ['unit-manager']);
    stranger = await medium.person(await medium.organisation('unit'), ['unit-manager']);
    authorisationId = await authorised(authorityOrganisation);
  }, 900_000);

  afterAll(async () => {
    await stopOperator?.();
    await stopTelemetry?.();
    await (medium as Medium | undefined)?.close();
    await (admin as KubeCluster | undefined)?.close();
    await (plane as ControlPlane | undefined)?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('is provisioned on the real API server and ready only after every probe was refused for its own reason [ISO-01] [ISO-02] [ISO-03]', async () => {
    const image = { image: catalogueImage, title: '工作台', purpose: 'workspace', zones: ['dev'] };
    expect((await medium.operator.post('/catalogue-images', image)).status).toBe(201);
    const asked = await authority.post<View>('/operation-domains', { authorisationId });
    expect(asked).toMatchObject({ status: 201, body: { state: 'requested' } });
    id = asked.body.id;
    const ready = await inState('ready');
    expect(ready.zones.map(({ zone }) => zone).sort()).toEqual(['dev', 'prod']);
    const runs = await authority.get<{ items: { asked: number; held: number }[] }>(`/operation-domains/${id}/probes`);
    expect(runs.body.items[0]?.asked).toBeGreaterThan(70);
    expect(runs.body.items[0]?.held).toBe(runs.body.items[0]?.asked);
    for (const action of ['domain.requested', 'domain.provisioning', 'domain.canaries-planted', 'domain.ready'])
      expect(await journalled(action)).toBe(1);
    expect(await journalled('domain.zone-made')).toBe(2);
    const [asking] = await medium.sql<{ canonical: string }>(
      `SELECT canonical FROM platform.journal WHERE action = 'domain.requested' AND object_id = $1`,
      [id],
    );
    const { traceparent } = JSON.parse(asking?.canonical ?? '{}') as { traceparent: string };
    for (const { namespace } of ready.zones) {
      const made = await admin.read({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
      expect(made?.metadata.annotations?.['opdomain.cn/traceparent']?.split('-')[1]).toBe(traceparent.split('-')[1]);
    }
    expect(await journalled('domain.drift-repaired')).toBe(0);
  });

  it('is one for one authorisation, and does not exist for another unit [ISO-02]', async () => {
    expect((await authority.post<View>('/operation-domains', { authorisationId })).body.id).toBe(id);
    expect((await manager.get(`/operation-domains/${id}`)).status).toBe(200);
    expect((await stranger.get(`/operation-domains/${id}`)).body).toMatchObject({ code: 'domain.not-found', status: 404 });
    expect((await stranger.get<{ items: unknown[] }>('/operation-domains')).body.items).toEqual([]);
  });

  it('changes nothing when nothing differs: the dry run is empty', async () => {
    expect((await medium.operator.get(`/operation-domains/${id}/plan`)).body).toEqual({ steps: [] });
  });

  it('puts a workspace into a zone past every policy, under its own labels, keeps it, and takes it out again', async () => {
    const owner = { kind: 'workspace', id: newId() };
    const desired = medium.app.get(DesiredObjects);
    const namespace = zoneOf(await view(), 'dev');
    const workspace = workspaceManifests({
      ...{ workspaceId: owner.id, seatId: newId(), scenarioId: newId(), domainId: id, namespace, image: catalogueImage },
      ...{
        sessionSeconds: 3600,
        size: { cpu: '500m', memory: '512Mi', scratch: '1Gi' },
        nodePool: null,
        gatewayNamespace: 'opdomain-system',
      },
    });
    await inTx('domain.objects-wanted', (tx) => desired.want(tx, id, 'dev', owner, workspace));
    const refs = workspace.map((object) => ({ ...refOf(object), namespace }));
    const made = await medium.until(async () => {
      const all = await Promise.all(refs.map((ref) => admin.read(ref)));
      return all.every((object) => object !== undefined) && all;
    }, 'the workspace');
    for (const object of made)
      expect(object.metadata.labels).toMatchObject({ 'opdomain.cn/zone': 'dev', 'app.kubernetes.io/part-of': 'workspace' });
    expect((await medium.operator.get(`/operation-domains/${id}/plan`)).body).toEqual({ steps: [] });
    await inTx('domain.objects-dropped', (tx) => desired.drop(tx, owner));
    await medium.until(
      async () => (await Promise.all(refs.map((ref) => admin.read(ref)))).every((object) => object === undefined),
      'the workspace to go',
    );
    expect(await journalled('domain.drift-repaired')).toBe(0);
  });

  it('is carried on by another operator, in a larger term, when the leader stops', async () => {
    const termOf = async (): Promise<number> =>
      Number((await medium.sql<{ term: string }>('SELECT term FROM domains.reconciliations WHERE domain_id = $1', [id]))[0]?.term);
    const before = await termOf();
    const next = await startOperator(await medium.platformOf('operator'));
    await stopOperator?.();
    stopOperator = next;
    await medium.until(async () => (await termOf()) > before, 'the next term');
    expect((await medium.operator.get(`/operation-domains/${id}/plan`)).body).toEqual({ steps: [] });
  });

  it('notices a changed admission policy within 10 s, is degraded meanwhile, and repairs what was torn down behind it [ISO-01]', async () => {
    const namespace = zoneOf(await view(), 'prod');
    const walls = installation({ operator: operatorSubject }).filter((object) => object.metadata.name === 'opdomain-walls');
    const binding = walls.find((object) => object.kind === 'ValidatingAdmissionPolicyBinding') as KubeObject;
    const standing = (await admin.read({ apiVersion: admission, kind: binding.kind, name: 'opdomain-walls' })) as KubeObject;
    await admin.remove(refOf(standing), asSeen(standing));
    const degraded = await reached('degraded', (seen) => seen.state === 'degraded', 10);
    expect(degraded.troubles.map((trouble) => trouble.kind)).toContain('policies-changed');
    // A probe that fails, and keeps failing, must not hide what others change meanwhile.
    await medium.until(async () => {
      expect((await medium.operator.post(`/operation-domains/${id}/probes`)).status).toBeLessThan(300);
      const [last] = (await medium.operator.get<{ items: { asked: number; held: number }[] }>(`/operation-domains/${id}/probes`)).body
        .items;
      return last !== undefined && last.held < last.asked;
    }, 'a probe to be let through');
    const ref = { apiVersion: networking, kind: 'NetworkPolicy', namespace, name: 'default-deny' };
    const uid = (await admin.read(ref))?.metadata.uid;
    await medium.until(async () => {
      const now = await admin.read(ref);
      return now !== undefined && (await refusalOf(admin.remove(ref, asSeen(now)))) === 'let through';
    }, 'the deletion');
    await medium.until(
      async () => {
        const again = await admin.read(ref);
        return again !== undefined && again.metadata.uid !== uid;
      },
      'the repair',
      10,
    );
    await medium.until(async () => (await journalled('domain.drift-repaired')) > 0, 'the journal');
    await admin.create(binding);
    await inState('ready');
  });

  it('is rebuilt under a new name when a namespace was deleted by hand, and degraded until somebody accepts the loss', async () => {
    const before = await view();
    const old = zoneOf(before, 'dev');
    const guard = installation({ operator: operatorSubject }).find(
      (object) => object.kind === 'ValidatingAdmissionPolicyBinding' && object.metadata.name === 'opdomain-namespaces',
    ) as KubeObject;
    const standing = (await admin.read({ apiVersion: admission, kind: guard.kind, name: guard.metadata.name })) as KubeObject;
    await admin.remove(refOf(standing), asSeen(standing));
    await medium.until(async () => {
      const namespace = await admin.read({ apiVersion: 'v1', kind: 'Namespace', name: old });
      return (
        namespace === undefined ||
        namespace.metadata.deletionTimestamp !== undefined ||
        (await refusalOf(admin.remove(refOf(namespace), asSeen(namespace)))) === 'let through'
      );
    }, 'the deletion by hand');
    await admin.create(guard);
    await reached('rebuilt', (seen) => zoneOf(seen, 'dev') !== old && seen.state === 'degraded');
    // While the guard was away its probes failed, truly: only when they hold again does the loss stand alone.
    const still = await reached(
      'the new zone to stand, with the loss as its one trouble',
      (seen) => seen.reconciled?.failure === null && seen.reconciled.steps.length === 0 && seen.troubles.length === 1,
    );
    expect(still.troubles).toMatchObject([{ kind: 'zone-lost', what: [old] }]);
    expect(still.state).toBe('degraded');
    expect((await manager.post(`/operation-domains/${id}/acceptances`, { reason: '接受' })).body).toMatchObject({
      code: 'http.role-missing',
    });
    expect((await authority.post(`/operation-domains/${id}/acceptances`, { reason: '样本可重新生成' })).status).toBe(201);
    await inState('ready');
    expect(await journalled('domain.zone-lost')).toBe(1);
  });

  it('shows on a receipt that nothing is bound in the cluster and that a shell is refused', async () => {
    const path = seams()
      .all('cut-path')
      .find((one: CutPath) => one.path === 'cluster-bindings') as CutPath;
    const cut = moment();
    // Asked first, and answered by the operator while nobody waits: the next attempt reads it.
    expect(await path.cut({ kind: 'domain', id }, cut)).toMatchObject([
      { probe: { answer: 'domain.operator-silent', refused: 'unknown' } },
    ]);
    const rows = await medium.until(async () => {
      const seen = await path.cut({ kind: 'domain', id }, cut);
      return seen.every(({ probe }) => probe.refused === true) && seen;
    }, 'the operator to answer');
    expect(rows).toHaveLength(2);
    for (const row of rows) expect(row).toMatchObject({ closedBy: 'acknowledged', probe: { refused: true } });
    expect(rows[0]?.probe.answer).toContain('opdomain/no-exec:');
  });

  it('gives the compliance board its last probes as evidence', async () => {
    const found = await Promise.all(
      seams()
        .all('evidence')
        .map((source: EvidenceSource) => source.evidence(new Date().toISOString())),
    );
    const isolation = found.flat().filter((one) => one.requirementId.startsWith('ISO-'));
    expect(isolation.length).toBeGreaterThan(3);
    for (const one of isolation) expect(one.state).toBe('shown');
  });

  it('is sealed in the cluster when it is sealed in the database, loses its guests but not its data, and comes back', async () => {
    const domains = medium.app.get(Domains);
    await inTx('domain.sealed', (tx) => domains.seal(tx, id));
    const namespace = zoneOf(await view(), 'prod');
    const ref = { apiVersion: 'v1', kind: 'Namespace', name: namespace };
    const sealed = await medium.until(async () => {
      const seen = await admin.read(ref);
      return seen?.metadata.labels?.['opdomain.cn/sealed'] === 'true' && seen;
    }, 'the seal');
    expect(await refusalOf(admin.remove(refOf(sealed), asSeen(sealed)))).toMatch(/opdomain\/(operator-only|sealed):/);
    expect(await admin.read({ apiVersion: 'v1', kind: 'Secret', namespace, name: 'opdomain-canary' })).toBeDefined();
    await inTx('domain.unsealed', (tx) => domains.unseal(tx, id));
    await inState('ready');
    await medium.until(async () => (await admin.read(ref))?.metadata.labels?.['opdomain.cn/sealed'] === 'false', 'the seal to be lifted');
  });

  it('is destroyed with all it holds, and no canary answers afterwards [DEST-02]', async () => {
    const domains = medium.app.get(Domains);
    const scope = { domainId: id, authorisationId, scenarioIds: [] };
    // The worker destroys, and it alone may read what the destruction rests on.
    const holdings = (await medium.worker()).get(Seams, { strict: false }).all('holding');
    const ordered = ['workloads', 'data', 'keys'].flatMap((order) => holdings.filter((holding: Holding) => holding.order === order));
    await inTx('domain.sealed', (tx) => domains.seal(tx, id));
    await medium.until(
      async () =>
        (await admin.read({ apiVersion: 'v1', kind: 'Namespace', name: zoneOf(await view(), 'dev') }))?.metadata.labels?.[
          'opdomain.cn/sealed'
        ] === 'true',
      'the seal',
    );
    const held = (await Promise.all(ordered.map((holding) => holding.list(scope)))).flat();
    for (const kind of ['Namespace', 'Secret', 'NetworkPolicy', 'ServiceAccount', 'object', 'key'])
      expect(held.map((item) => item.kind)).toContain(kind);
    await expect(inTx('domain.destroyed', (tx) => domains.markDestroyed(tx, id))).rejects.toMatchObject({
      code: 'domain.destruction-unfinished',
    });
    await inTx('domain.destruction-begun', (tx) => domains.beginDestruction(tx, id));
    for (const holding of ordered) await holding.destroy(scope);
    expect((await Promise.all(ordered.map((holding) => holding.list(scope)))).flat()).toEqual([]);
    const attempts = (await Promise.all(ordered.map((holding) => holding.readBack(scope)))).flat();
    expect(attempts.length).toBeGreaterThan(6);
    expect(attempts.filter(({ outcome }) => outcome !== 'gone')).toEqual([]);
    await inTx('domain.destroyed', (tx) => domains.markDestroyed(tx, id));
    expect((await view()).state).toBe('destroyed');
    for (const zone of (await view()).zones)
      expect(await admin.read({ apiVersion: 'v1', kind: 'Namespace', name: zone.namespace })).toBeUndefined();
  }, 240_000);
});
