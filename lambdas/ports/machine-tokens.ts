import type { Instant } from '../runtime/clock.ts';
import type { AgentId, IdpId, ScopeName } from '../runtime/identifiers.ts';
import type { Secret } from '../runtime/secret.ts';
import type { ApiRefusal, ApiToken, DownstreamApi } from './downstream-apis.ts';
import type { SealedToken, VaultLease } from './vault.ts';

/** What an agent asks of an API as itself. */
export interface MachineRequest {
  readonly api: DownstreamApi['uri'];
  readonly agent: AgentId;
  readonly scopes: readonly ScopeName[];
  /** Before it is needed: a token of which most is over is got anew. */
  readonly ahead?: boolean;
}

export type MachineAnswer =
  | {
      readonly kind: 'token';
      readonly token: ApiToken;
      /** It is got anew by then, if somebody asks ahead. Absent: nobody knows when it ends. */
      readonly askAgainBy?: Instant;
    }
  | ApiRefusal;

/** Tokens of APIs behind identity providers, which agents get as themselves. */
export interface MachineTokens {
  /** Throws `DependencyUnavailable` when the provider is down. */
  readonly mint: (asked: MachineRequest) => Promise<MachineAnswer>;
}

/** What a kept token is bound to: it opens for nothing else. */
export interface MachineTokenName {
  /** A digest of all that it was asked with. */
  readonly digest: string;
  readonly idp: IdpId;
}

export interface KeptMachineToken {
  /** Grows with every answer of the provider; 0 before the first. */
  readonly version: number;
  readonly token?: {
    readonly sealed: SealedToken;
    readonly mintedAt: Instant;
    /** From then on it is given to nobody. */
    readonly until: Instant;
  };
  /** Why there was none, as JSON, and how long that is the answer to all. Nothing of it is secret. */
  readonly refused?: { readonly refusal: string; readonly until: Instant };
  /** When the provider last could not be asked. */
  readonly failedAt?: Instant;
  readonly lease?: VaultLease;
}

/** What asking the provider came to. Each gives the lease back. */
export type MachineOutcome =
  | ({ readonly kind: 'minted' } & NonNullable<KeptMachineToken['token']>)
  /** A token that nobody can be given again. What was kept before stays, as with all that follow. */
  | { readonly kind: 'passed_on' }
  | ({ readonly kind: 'refused' } & NonNullable<KeptMachineToken['refused']>)
  | { readonly kind: 'failed' };

/** Tokens of machines, one item for each way of asking. Every read is strongly consistent. */
export interface KeptMachineTokens {
  readonly find: (name: MachineTokenName) => Promise<KeptMachineToken | undefined>;
  /**
   * True for exactly one attempt until its lease is over, and again for that same attempt; false where the item is not
   * that version any more. Nothing has to be kept before.
   */
  readonly lease: (
    name: MachineTokenName,
    version: number,
    lease: VaultLease,
    now: Instant,
  ) => Promise<boolean>;
  /** Writes what came of it, if the lease is still that of the attempt; true again for an attempt that has written. */
  readonly settle: (
    name: MachineTokenName,
    attempt: string,
    outcome: MachineOutcome,
    now: Instant,
  ) => Promise<boolean>;
}

export interface MachineTokenSeals {
  readonly seal: (name: MachineTokenName, text: Secret) => Promise<SealedToken>;
  readonly open: (name: MachineTokenName, sealed: SealedToken) => Promise<Secret>;
}
