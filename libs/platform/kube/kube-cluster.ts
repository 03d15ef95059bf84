import { context, propagation } from '@opentelemetry/api';
import { defaultLimits, type Limits } from '#platform/config';
import type { Cluster, RemoveOptions, ServiceAccountToken, WriteOptions } from './cluster.js';
import type { KubeSettings } from './config.js';
import type { Connection } from './connection.js';
import { Discovery, type Served } from './discovery.js';
import { isKubeError, KubeError } from './errors.js';
import { Informer, type InformerOptions } from './informer.js';
import { refOf, type KubeObject, type ListQuery, type ObjectList, type ObjectRef, type Precondition } from './objects.js';
import { assertCurrent, termAnnotation, traceAnnotation, type Term } from './term.js';
import { Transport, type KubeAnswer, type KubeRequest, type Method, type Share } from './transport.js';

const pageSize = 500;
interface Page<T> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly T[];
}

/** {@link Cluster} over HTTPS with one dispatcher, one rate limit and one discovery cache, shared by all its fenced views. */
export class KubeCluster implements Cluster {
  private constructor(
    private readonly connection: Connection,
    private readonly transport: Pick<Transport, 'ask' | 'send'>,
    private readonly discovery: Discovery,
    private readonly settings: KubeSettings,
    private readonly term?: Term,
  ) {}

  static async open(settings: KubeSettings, limits: Limits['cluster'] = defaultLimits.cluster): Promise<KubeCluster> {
    // With it the client library, 900 modules: a process that opens no cluster does without.
    const { Connection } = await import('./connection.js');
    const connection = Connection.open(settings, limits);
    const transport = new Transport(connection, settings, limits);
    return new KubeCluster(connection, transport, new Discovery(transport), settings);
  }

  fenced(term: Term, share: Share = 'passes'): Cluster {
    return new KubeCluster(this.connection, shareOf(this.transport, share), this.discovery, this.settings, term);
  }

  async create<T extends KubeObject>(object: T, options: WriteOptions = {}): Promise<T> {
    const { name: _name, ...collection } = refOf(object);
    return this.write<T>('POST', await this.discovery.path(collection), this.marked(object), this.query(options));
  }

  async apply<T extends KubeObject>(object: T, options: WriteOptions = {}): Promise<T> {
    const path = await this.discovery.path(refOf(object));
    return this.write<T>('PATCH', path, this.marked(object), { ...this.query(options), force: 'true' }, 'application/apply-patch+yaml');
  }

  async replace<T extends KubeObject>(object: T, seen: Precondition, options: WriteOptions = {}): Promise<T> {
    const whole = { ...object, metadata: { ...object.metadata, ...seen } };
    return this.write<T>('PUT', await this.discovery.path(refOf(object)), this.marked(whole), this.query(options));
  }

  async read<T extends KubeObject>(ref: ObjectRef): Promise<T | undefined> {
    const answer = await this.transport.ask({ method: 'GET', path: await this.discovery.path(ref) });
    // Only the API server's own word is an absence: a proxy's page, or a path that is not served, is none.
    if (answer.error?.reason === 'NotFound') return undefined;
    if (answer.error) throw answer.error;
    if (!isObject(answer.body, ref)) throw notAnObject(answer.status);
    return answer.body as T;
  }

  async list<T extends KubeObject>(query: ListQuery): Promise<ObjectList<T>> {
    const path = await this.collection(query);
    const items: T[] = [];
    let next: string | undefined;
    for (;;) {
      const page: Page<T> = await this.transport.send<Page<T>>({
        method: 'GET',
        path,
        query: { ...selectors(query), limit: String(pageSize), ...(next === undefined ? {} : { continue: next }) },
        ...(query.only === undefined ? {} : { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' }),
      });
      // A list's items carry no kind of their own.
      items.push(...page.items.map((item) => ({ ...item, apiVersion: query.apiVersion, kind: query.kind })));
      next = page.metadata.continue;
      if (next === undefined || next === '') return { resourceVersion: page.metadata.resourceVersion, items };
    }
  }

  async remove(ref: ObjectRef, seen: Precondition, options: RemoveOptions = {}): Promise<'gone' | 'going'> {
    if (this.term) assertCurrent(this.term);
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions: seen,
      propagationPolicy: options.propagation ?? 'Background',
      ...(options.graceSeconds === undefined ? {} : { gracePeriodSeconds: options.graceSeconds }),
      ...(options.dryRun ? { dryRun: ['All'] } : {}),
    };
    try {
      const left = await this.transport.send<Partial<KubeObject>>({ method: 'DELETE', path: await this.discovery.path(ref), body });
      return left.kind === 'Status' ? 'gone' : 'going';
    } catch (error) {
      if (isKubeError(error, 'NotFound')) return 'gone';
      throw error;
    }
  }

  async requestToken(account: { readonly namespace: string; readonly name: string }, seconds: number): Promise<ServiceAccountToken> {
    const path = `${await this.discovery.path({ apiVersion: 'v1', kind: 'ServiceAccount', ...account })}/token`;
    const made = await this.transport.send<{ status: { token: string; expirationTimestamp: string } }>({
      method: 'POST',
      path,
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: seconds } },
    });
    return { token: made.status.token, expiresAt: made.status.expirationTimestamp };
  }

  ask(request: KubeRequest): Promise<KubeAnswer> {
    return this.transport.ask(request);
  }

  async whoAmI(): Promise<string> {
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const answer = await this.transport.send<{ status: { userInfo: { username: string } } }>({ method: 'POST', path, body: review });
    return answer.status.userInfo.username;
  }

  served(): Promise<Served> {
    return this.discovery.everything();
  }

  informer<T extends KubeObject>(query: ListQuery, options: InformerOptions = {}): Informer<T> {
    const source = {
      list: () => this.list<T>(query),
      path: () => this.collection(query),
      query: selectors(query),
    };
    return new Informer<T>(this.connection, source, options);
  }

  /** Closes every connection; what is under way fails as unreachable. */
  close(): Promise<void> {
    return this.connection.close();
  }

  private collection(query: ListQuery): Promise<string> {
    const { apiVersion, kind, namespace } = query;
    return this.discovery.path({ apiVersion, kind, ...(namespace === undefined ? {} : { namespace }) });
  }

  private write<T>(method: Method, path: string, body: unknown, query: Record<string, string>, contentType?: string): Promise<T> {
    if (this.term) assertCurrent(this.term);
    return this.transport.send<T>({ method, path, query, body, ...(contentType === undefined ? {} : { contentType }) });
  }

  private query(options: WriteOptions): Record<string, string> {
    return { fieldManager: this.settings.fieldManager, ...(options.dryRun ? { dryRun: 'All' } : {}) };
  }

  private marked<T extends KubeObject>(object: T): T {
    const carrier: { traceparent?: string } = {};
    propagation.inject(context.active(), carrier);
    const marks: Record<string, string> = {
      ...(carrier.traceparent === undefined ? {} : { [traceAnnotation]: carrier.traceparent }),
      ...(this.term ? { [termAnnotation]: String(this.term.number) } : {}),
    };
    if (Object.keys(marks).length === 0) return object;
    return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...marks } } };
  }
}

const isObject = (body: unknown, { kind, name }: ObjectRef): boolean => {
  const found = body as Partial<KubeObject> | null;
  return typeof found === 'object' && found?.kind === kind && found.metadata?.name === name;
};
const notAnObject = (status: number): KubeError => new KubeError(status, 'Unknown', 'what answered is no API server');

const shareOf = (transport: Pick<Transport, 'ask' | 'send'>, share: Share): Pick<Transport, 'ask' | 'send'> => ({
  ask: (request) => transport.ask({ ...request, share }),
  send: (request) => transport.send({ ...request, share }),
});

const selectors = (query: ListQuery): Record<string, string> => ({
  ...(query.labels === undefined ? {} : { labelSelector: query.labels }),
  ...(query.fields === undefined ? {} : { fieldSelector: query.fields }),
});
