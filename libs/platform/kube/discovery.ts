import { isKubeError } from './errors.js';
import type { KindOf, ObjectRef } from './objects.js';
import type { Transport } from './transport.js';
import { refuse } from './refusals.js';

/** One resource that the cluster serves, as discovery names it. */
export interface ApiResource extends KindOf {
  /** Plural, lower case: `networkpolicies`. */
  readonly name: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}
/** What there is to walk, and the group versions that an aggregated server should serve and does not. */
export interface Served {
  readonly resources: readonly ApiResource[];
  readonly silent: readonly { readonly groupVersion: string; readonly why: string }[];
}
interface ApiResourceList {
  readonly groupVersion: string;
  readonly resources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly verbs: readonly string[];
  }[];
}
interface ApiGroupList {
  readonly groups: readonly { readonly preferredVersion: { readonly groupVersion: string } }[];
}

const rootOf = (apiVersion: string): string => `/${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}`;

/** Which path a kind has. Asked once per group version and remembered; an unknown kind is asked for again. */
export class Discovery {
  private readonly known = new Map<string, Promise<readonly ApiResource[]>>();
  constructor(private readonly transport: Transport) {}

  /** Path of an object, or of its collection where `name` is left out. @throws Refusal `kube.unknown-kind` */
  async path(ref: KindOf & Partial<ObjectRef>): Promise<string> {
    const resource = await this.resource(ref);
    const parts = [rootOf(ref.apiVersion)];
    if (resource.namespaced && ref.namespace !== undefined) parts.push('namespaces', encodeURIComponent(ref.namespace));
    parts.push(resource.name);
    if (ref.name !== undefined) parts.push(encodeURIComponent(ref.name));
    return parts.join('/');
  }

  /** Everything the cluster serves in its preferred versions, subresources left out: what an inventory has to walk. */
  async everything(): Promise<Served> {
    const groups = await this.transport.send<ApiGroupList>({ method: 'GET', path: '/apis' });
    const versions = ['v1', ...groups.groups.map((group) => group.preferredVersion.groupVersion)];
    const resources: ApiResource[] = [];
    const silent: Served['silent'][number][] = [];
    for (const groupVersion of versions) {
      this.known.delete(groupVersion);
      try {
        resources.push(...(await this.list(groupVersion)));
      } catch (error) {
        if (!isKubeError(error)) throw error;
        silent.push({ groupVersion, why: `${String(error.status)} ${error.reason}` });
      }
    }
    return { resources, silent };
  }

  private async resource(of: KindOf): Promise<ApiResource> {
    for (const again of [false, true]) {
      if (again) this.known.delete(of.apiVersion);
      const found = (await this.list(of.apiVersion)).find((resource) => resource.kind === of.kind);
      if (found) return found;
    }
    throw refuse('kube.unknown-kind', { apiVersion: of.apiVersion, kind: of.kind });
  }

  private list(apiVersion: string): Promise<readonly ApiResource[]> {
    const known = this.known.get(apiVersion);
    if (known) return known;
    const asked = this.transport
      .send<ApiResourceList>({ method: 'GET', path: rootOf(apiVersion) })
      .then((list) =>
        list.resources
          .filter(({ name }) => !name.includes('/'))
          .map(({ name, kind, namespaced, verbs }) => ({ apiVersion, name, kind, namespaced, verbs })),
      );
    this.known.set(apiVersion, asked);
    asked.catch(() => this.known.delete(apiVersion));
    return asked;
  }
}
