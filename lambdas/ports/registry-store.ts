import type { Instant } from '../runtime/clock.ts';
import type { ApiId, ResourceId, ResourceUri } from '../runtime/identifiers.ts';
import type { DownstreamApi } from './downstream-apis.ts';
import type { EgressProvider } from './egress-providers.ts';
import type { IdentityProvider } from './identity-providers.ts';
import type { Agent, Client, Resource } from './registry.ts';

/** What the registry holds, by kind. */
export interface Things {
  readonly resource: Resource;
  readonly agent: Agent;
  readonly client: Client;
  readonly idp: IdentityProvider;
  readonly api: DownstreamApi;
  readonly provider: EgressProvider;
}
export type Kind = keyof Things;

/** Who changed a thing, when and in which request. It is kept in the very item that the change wrote. */
export interface ChangeRecord {
  readonly event: string;
  /** The IAM ARN of an operator, or `deployment/<stack>`. */
  readonly actor: string;
  readonly at: Instant;
  readonly requestId: string;
}

/** A thing as read for a change. A write names the version it read, and fails if another came between. */
export interface Stored<Thing> {
  readonly thing: Thing;
  /** 1 at registration; grows by one with every write. */
  readonly version: number;
  /**
   * Digest of the client secret that a deployment last brought: a value once brought is not brought again, so
   * that no deployment revives a secret which an operator removed.
   */
  readonly seededDigest?: string;
}

/** What a write makes of a thing. */
export interface Draft<Thing> {
  readonly thing: Thing;
  readonly seededDigest?: string;
}

export type WriteOutcome =
  | { readonly outcome: 'written' }
  /** Another thing holds that client id, agent id, id of a resource or an API, URI or audience. Nothing was written. */
  | { readonly outcome: 'taken'; readonly identifier: string }
  /** The thing was changed or removed since it was read. Nothing was written. */
  | { readonly outcome: 'moved_on' };

export interface Page<Thing> {
  readonly things: readonly Thing[];
  /** Opaque; absent on the last page. */
  readonly cursor?: string;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string;
}

/**
 * The registry as those who change it see it. Client ids, agent ids, URIs of resources and APIs, and audiences share one
 * name space: no value is ever held by two things, under any interleaving.
 */
export interface RegistryStore {
  /** Strongly consistent. */
  readonly find: <K extends Kind>(kind: K, id: Things[K]['id']) => Promise<Stored<Things[K]> | undefined>;
  /** The registered resources among those names, strongly consistent, in no particular order. */
  readonly resources: (names: TargetNames) => Promise<readonly Resource[]>;
  /** The registered APIs among them, likewise. */
  readonly apis: (names: TargetNames) => Promise<readonly DownstreamApi[]>;
  /** In the order of ids; a thing written less than a second ago may be missing. `undefined`: no such cursor. */
  readonly list: <K extends Kind>(kind: K, page: PageRequest) => Promise<Page<Things[K]> | undefined>;
  /** All or nothing; resolves `written` for exactly one of the callers who want the same identifier. */
  readonly register: <K extends Kind>(
    kind: K,
    draft: Draft<Things[K]>,
    change: ChangeRecord,
  ) => Promise<WriteOutcome>;
  /** All or nothing; resolves `written` for exactly one of the callers who read the same version. Keeps the id. */
  readonly replace: <K extends Kind>(
    kind: K,
    from: Stored<Things[K]>,
    draft: Draft<Things[K]>,
    change: ChangeRecord,
  ) => Promise<WriteOutcome>;
  /** Frees all its identifiers; the record of the removal stays with them. */
  readonly remove: <K extends Kind>(
    kind: K,
    from: Stored<Things[K]>,
    change: ChangeRecord,
  ) => Promise<'removed' | 'moved_on'>;
}

/** Resources and APIs share one name space of ids, and one of URIs. */
export interface TargetNames {
  readonly uris: readonly ResourceUri[];
  readonly ids: readonly (ResourceId | ApiId)[];
}
