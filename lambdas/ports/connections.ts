import type { Instant } from '../runtime/clock.ts';
import type {
  AgentId,
  ConnectionId,
  EgressProviderId,
  IdpId,
  PersonId,
  ScopeName,
} from '../runtime/identifiers.ts';
import type { Secret } from '../runtime/secret.ts';
import type { NamedValue } from './egress-providers.ts';
import type { SealedToken, VaultLease } from './vault.ts';

/** Whose account at the third party it is. */
export type Holder =
  | { readonly kind: 'person'; readonly person: PersonId; readonly idp: IdpId }
  /** A group of agents of the provider. */
  | { readonly kind: 'group'; readonly group: string }
  /** The deployment's own, for a provider of which nobody connects an account. */
  | { readonly kind: 'service' };

/** One place for an account: a holder has one at most at a provider. */
export interface ConnectionPlace {
  readonly provider: EgressProviderId;
  readonly holder: Holder;
}

/** What a sealed token is bound to: it opens for nothing else. It is made of what is asked, and never of what was read. */
export interface ConnectionBinding extends ConnectionPlace {
  readonly connection: ConnectionId;
}

/**
 * What it is bound to, as it is sealed with it: the tenant is the identity provider of a person, and the deployment for whoever is of its
 * own; the id of a person is told from a group by its first word.
 */
export function namesOfBinding({ provider, holder, connection }: ConnectionBinding): {
  readonly tenant: string;
  readonly subject: string;
  readonly provider: string;
  readonly item: string;
} {
  const at = { provider, item: connection };
  switch (holder.kind) {
    case 'person':
      return { tenant: holder.idp, subject: holder.person, ...at };
    case 'group':
      return { tenant: 'deployment', subject: `group:${holder.group}`, ...at };
    case 'service':
      return { tenant: 'deployment', subject: 'service', ...at };
  }
}

/** `access`: what calls bear. `grant`: what that is renewed by, which the proxy can not open. */
export type ConnectionPart = 'access' | 'grant';

/** In the item itself; or in a secret of Secrets Manager, and there in one version. */
export type KeptSecret =
  | ({ readonly in: 'item' } & SealedToken)
  | { readonly in: 'secret'; readonly arn: string; readonly version: string };

export interface ConnectionSeals {
  /** What seals can be made with, once there is something to seal: asked before the provider is. */
  readonly prepare: (
    binding: ConnectionBinding,
  ) => Promise<(part: ConnectionPart, text: Secret) => Promise<KeptSecret>>;
  /** Throws where it is of another connection, holder, provider or part: it was moved there. */
  readonly open: (binding: ConnectionBinding, part: ConnectionPart, kept: KeptSecret) => Promise<Secret>;
  /** Nothing of the connection can be opened any more; nothing is left of it outside its item. */
  readonly forget: (binding: ConnectionBinding) => Promise<void>;
}

/** What the holder lets one agent do. */
export interface ConnectedAgent {
  readonly agent: AgentId;
  readonly scopes: readonly ScopeName[];
}

/** What the provider gave, as it is kept. */
export interface KeptTokens {
  readonly access: KeptSecret;
  /** From then on the access token is good no more; absent: until it is refused. */
  readonly accessUntil?: Instant;
  /** Absent: there is nothing to renew it by. */
  readonly grant?: KeptSecret;
  /** When somebody is to renew it, so that no call waits for that; absent where nothing ends. */
  readonly dueAt?: Instant;
  /** Of the provider, what it granted. */
  readonly upstreamScopes: readonly string[];
  /** Such as the origin of the account's own API. Nothing of it is secret. */
  readonly facts: readonly NamedValue[];
}

/**
 * Who had declared the provider when it was connected. Of a deployment whatever its config says later is trusted; of an operator the
 * places that were named then, and no others.
 */
export type MadeFor =
  | { readonly by: 'deployment' }
  /** Origins, suffixes of hosts, and endpoints as they are written. */
  | { readonly by: 'operator'; readonly places: readonly string[] };

export interface Connection extends ConnectionBinding, Partial<KeptTokens> {
  /** Grows with every outcome, and when it is disconnected; neither a lease nor a pause is another version. */
  readonly version: number;
  /** `disconnecting`: nobody uses it any more, and the provider has not yet proved that it is revoked. */
  readonly state: 'active' | 'interaction_required' | 'disconnecting';
  readonly connectedAt: Instant;
  /** Who connected it: the person themselves, or one of a group's connectors. */
  readonly connectedBy?: PersonId;
  readonly madeFor: MadeFor;
  readonly agents: readonly ConnectedAgent[];
  readonly upstreamScopes: readonly string[];
  readonly facts: readonly NamedValue[];
  /** Of `interaction_required`, and what was that before it was disconnected: why, as the provider or we say it in one word. */
  readonly reason?: string;
  /** Until then the provider takes no calls (RFC 6585 §4). */
  readonly pausedUntil?: Instant;
  /** When it last could not be asked. */
  readonly failedAt?: Instant;
  /** Until then the provider wants to be asked for no token, or for no end of it (RFC 9110 §10.2.3). */
  readonly notBefore?: Instant;
  /** How often in a row it did not prove that it is revoked. */
  readonly failures?: number;
  readonly lease?: VaultLease;
}

/** What asking the provider came to. Each gives the lease back. A connection that is disconnecting stays so. */
export type ConnectionOutcome =
  | { readonly kind: 'renewed'; readonly tokens: KeptTokens }
  /** The person has to connect it again: its tokens are forgotten. */
  | { readonly kind: 'interaction_required'; readonly reason: string }
  /** `notBefore`: what the provider asked for, which holds until another outcome or `disconnect`. */
  | { readonly kind: 'failed'; readonly dueAt?: Instant; readonly notBefore?: Instant };

/** Connected accounts, one item a place. Every read is strongly consistent. */
export interface Connections {
  readonly find: (place: ConnectionPlace) => Promise<Connection | undefined>;
  /** All of one person or group, in no particular order: in one question where they are at `likely` alone. */
  readonly of: (holder: Holder, likely: readonly EgressProviderId[]) => Promise<readonly Connection[]>;
  /**
   * Puts a new connection at its place, over the one of `replaces` or where there is none: true for exactly one, and again for
   * that same attempt. One that is disconnecting is not put over.
   */
  readonly connect: (
    connection: ConnectionBinding &
      KeptTokens &
      Pick<Connection, 'agents' | 'connectedBy' | 'madeFor'> & {
        readonly attempt: string;
        readonly replaces?: Pick<Connection, 'connection' | 'version'>;
      },
    now: Instant,
  ) => Promise<boolean>;
  /**
   * True for exactly one attempt until its lease is over, and again for that same attempt; false where it is not that version any more,
   * has another lease than the one that was seen, or has to be connected again.
   */
  readonly lease: (connection: Connection, lease: VaultLease, now: Instant) => Promise<boolean>;
  /** Writes what came of it, if the lease is still that of the attempt; true again for an attempt that has written. */
  readonly settle: (
    binding: ConnectionBinding,
    attempt: string,
    outcome: ConnectionOutcome,
    now: Instant,
  ) => Promise<boolean>;
  /** The provider takes no calls until then; nothing happens where that is known, or it is another connection by now. */
  readonly pause: (binding: ConnectionBinding, until: Instant) => Promise<void>;
  /**
   * From now on nobody uses it, whoever renews it at that moment; it is due at once. False where it is another connection by now, or gone;
   * true where it is disconnecting already.
   */
  readonly disconnect: (binding: ConnectionBinding, now: Instant) => Promise<boolean>;
  /**
   * The provider proved it: removes what is disconnecting, under the lease of the attempt. True too where it is gone, whoever removed
   * it: a lost reply looks like that.
   */
  readonly remove: (binding: ConnectionBinding, attempt: string) => Promise<boolean>;
}

/** A connection that wants to be renewed or revoked, as the index has it: it may be behind, and decides nothing. */
export interface DueConnection extends ConnectionPlace {
  readonly dueAt: Instant;
}

/** The lists of those, one for each shard; each is sorted by `dueAt`, and eventually consistent. */
export interface DueConnections {
  readonly page: (
    shard: number,
    until: Instant,
    next?: string,
  ) => Promise<{ readonly due: readonly DueConnection[]; readonly next?: string }>;
}
