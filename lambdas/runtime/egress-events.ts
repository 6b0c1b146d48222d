import type { Via } from './via.ts';

/** Whose account at which third party. */
interface OfConnection {
  readonly requestId: string;
  readonly provider: string;
  readonly connection: string;
  readonly holder: 'person' | 'group' | 'service';
  /** Of a person: who. */
  readonly personId?: string;
  readonly group?: string;
}

/** A page or a callback by which a person connects an account. */
interface ConnectStep {
  readonly requestId: string;
  readonly sourceAddress: string;
  readonly provider: string;
  readonly personId?: string;
}

/** A call of a third party through the proxy. */
interface EgressCall extends Via {
  readonly requestId: string;
  readonly sourceAddress: string;
  /** Absent where there was no token of ours. */
  readonly jti?: string;
  readonly clientId?: string;
  readonly agentId?: string;
  readonly personId?: string;
  readonly provider: string;
  readonly connection?: string;
  readonly method: string;
}

/** Paths are in no event: they name what people keep at the provider. A rule names itself by how it is written. */
export type EgressEvent =
  | (ConnectStep & { readonly event: 'connection_consented'; readonly agents: readonly string[] })
  | (ConnectStep & {
      readonly event: 'connection_refused';
      readonly reason: string;
      readonly detail?: string;
    })
  | (OfConnection & {
      readonly event: 'connection_made';
      readonly agents: readonly string[];
      /** As the provider calls what it granted. */
      readonly scope: string;
    })
  | (OfConnection & { readonly event: 'connection_renewed'; readonly rotated: boolean })
  /** The person has to connect it again. */
  | (OfConnection & { readonly event: 'connection_lost'; readonly reason: string })
  | (OfConnection & { readonly event: 'connection_renewal_failed'; readonly reason: string })
  | (OfConnection & { readonly event: 'disconnect_asked' })
  /** `by_hand`: the provider has no way, and the person was told where. */
  | (OfConnection & { readonly event: 'connection_revoked'; readonly proof: 'answer' | 'gone' | 'by_hand' })
  | (OfConnection & { readonly event: 'revocation_failed'; readonly count: number; readonly reason: string })
  | (EgressCall & {
      readonly event: 'egress_called';
      /** The rule that it matched, as the config writes it. */
      readonly rule: string;
      readonly status: number;
      /** How often the credential stood in the answer, and was taken out. */
      readonly redacted: number;
    })
  | (EgressCall & { readonly event: 'egress_refused'; readonly reason: string });
