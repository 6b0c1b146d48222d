import type { Instant } from '../runtime/clock.ts';
import type { AgentId, ConnectionId, PersonId, ScopeName } from '../runtime/identifiers.ts';
import type { ConnectedAgent, Connection, ConnectionPlace, Holder } from './connections.ts';

/** What it is called as a dependency of those that ask it. */
export const connectionsDependency = 'the connections function';

/** A person who comes back from the third party, with what was begun. */
export interface ConnectReturn extends ConnectionPlace {
  /** Who connects it. */
  readonly by: PersonId;
  /** What they let which agents do. */
  readonly agents: readonly ConnectedAgent[];
  readonly code: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
  /** The scopes of the provider that were asked. */
  readonly asked: readonly string[];
}

/** What others are told of a connection: nothing by which it could be used. */
export interface ConnectionSummary extends Pick<
  Connection,
  'provider' | 'connection' | 'state' | 'connectedAt' | 'agents' | 'reason'
> {
  readonly upstreamScopes: readonly string[];
  /** What is to be done at the provider by hand once it is disconnected, where it has no other way. */
  readonly removeAt?: string;
}

/** Why a connection was not made. */
export type ConnectRefusal =
  /** The code was refused, or the answer was none that can be taken; `error`: the provider's error code. */
  | { readonly kind: 'refused'; readonly error: string }
  /** It gave less than the agents need: these are missing. */
  | { readonly kind: 'scopes_missing'; readonly missing: readonly string[] }
  | { readonly kind: 'provider_gone' }
  /** The one before is being disconnected, or another was connected meanwhile. */
  | { readonly kind: 'busy' };

/** Whether an agent can use a connection now, for what it asks. */
export type ConnectionStanding =
  | { readonly kind: 'connected'; readonly connection: ConnectionId; readonly scopes: readonly ScopeName[] }
  /** There is none, or none that lets the agent do that. */
  | {
      readonly kind: 'interaction_required';
      readonly why: 'not_connected' | 'agent_not_let' | 'scopes_not_let' | 'connect_again' | 'disconnecting';
    }
  | { readonly kind: 'provider_gone' };

/** A token of the provider itself, narrowed to what was asked. */
export interface NarrowedToken {
  readonly accessToken: string;
  readonly expiresAt?: Instant;
  readonly scopes: readonly ScopeName[];
}

/** What other functions ask of the function that alone holds what connections are renewed by. */
export type ConnectionQuestion =
  | { readonly ask: 'complete'; readonly back: ConnectReturn; readonly requestId: string }
  | { readonly ask: 'list'; readonly holder: Holder }
  | {
      readonly ask: 'standing';
      readonly place: ConnectionPlace;
      readonly agent: AgentId;
      readonly scopes: readonly ScopeName[];
    }
  /** The access token is over, or was refused where the connection was of that version: it is to be renewed, once for all who ask. */
  | {
      readonly ask: 'renew';
      readonly place: ConnectionPlace;
      readonly connection: ConnectionId;
      readonly version: number;
    }
  | {
      readonly ask: 'narrow';
      readonly place: ConnectionPlace;
      readonly connection: ConnectionId;
      readonly scopes: readonly ScopeName[];
      /** What is the provider's own to narrow by, such as the repositories of a GitHub App. */
      readonly resources: readonly string[];
    }
  | {
      readonly ask: 'disconnect';
      readonly place: ConnectionPlace;
      readonly connection: ConnectionId;
      readonly requestId: string;
    }
  /** Each minute: what is due is renewed, or revoked. */
  | { readonly ask: 'sweep' };

/** Its answers, one for each question, and the one for all. */
export type ConnectionAnswer =
  | { readonly told: 'connected'; readonly summary: ConnectionSummary }
  | { readonly told: 'not_connected'; readonly refusal: ConnectRefusal }
  | { readonly told: 'connections'; readonly connections: readonly ConnectionSummary[] }
  | { readonly told: 'standing'; readonly standing: ConnectionStanding }
  | { readonly told: 'renewed' }
  /** Nobody can renew it but the person; or it is gone. */
  | { readonly told: 'not_renewed'; readonly why: 'interaction_required' | 'gone' }
  | { readonly told: 'narrowed'; readonly token: NarrowedToken }
  | {
      readonly told: 'not_narrowed';
      readonly why: 'interaction_required' | 'gone' | 'not_narrowable' | 'refused';
    }
  /** `revoked`: the provider proved it. Otherwise it is asked until it does. */
  | { readonly told: 'disconnected'; readonly revoked: boolean; readonly removeAt?: string }
  | { readonly told: 'swept' }
  | { readonly told: 'unavailable'; readonly dependency: string; readonly retryAfterSeconds: number };

/** Connections, as functions see them that hold none. Throws `DependencyUnavailable` when the function or what it needs is down. */
export interface Connecting {
  readonly complete: (
    back: ConnectReturn,
    requestId: string,
  ) => Promise<
    | { readonly kind: 'connected'; readonly summary: ConnectionSummary }
    | { readonly kind: 'not_connected'; readonly refusal: ConnectRefusal }
  >;
  readonly list: (holder: Holder) => Promise<readonly ConnectionSummary[]>;
  readonly standing: (
    place: ConnectionPlace,
    asked: { readonly agent: AgentId; readonly scopes: readonly ScopeName[] },
  ) => Promise<ConnectionStanding>;
  readonly renew: (
    place: ConnectionPlace,
    of: { readonly connection: ConnectionId; readonly version: number },
  ) => Promise<'renewed' | 'interaction_required' | 'gone'>;
  readonly narrow: (
    place: ConnectionPlace,
    asked: {
      readonly connection: ConnectionId;
      readonly scopes: readonly ScopeName[];
      readonly resources: readonly string[];
    },
  ) => Promise<
    | { readonly kind: 'token'; readonly token: NarrowedToken }
    | { readonly kind: 'interaction_required' | 'gone' | 'not_narrowable' | 'refused' }
  >;
  readonly disconnect: (
    place: ConnectionPlace,
    connection: ConnectionId,
    requestId: string,
  ) => Promise<{ readonly revoked: boolean; readonly removeAt?: string }>;
}
