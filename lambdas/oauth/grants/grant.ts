import type { DownstreamApi } from '../../ports/downstream-apis.ts';
import type { EgressDetail } from '../../ports/egress-token.ts';
import type { Family, GrantedBy, StoredGrant } from '../../ports/grants.ts';
import type { GrantType, Resource } from '../../ports/registry.ts';
import type { ProvenWorkload } from '../../ports/workloads.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { AgentId, ClientId, GrantId, IdpId, ScopeName, TaskId } from '../../runtime/identifiers.ts';
import type { Result } from '../../runtime/result.ts';
import type { Secret } from '../../runtime/secret.ts';
import type { AuthenticatedClient } from '../client-authentication/authenticate-client.ts';
import type { AssertedIdentity } from '../asserting/asserted-identity.ts';
import type { Exchanged } from '../exchange/chain.ts';
import type { Shown } from '../mutual-tls/bound-certificate.ts';
import { only, type Parameters } from '../parameters.ts';
import type { GrantRefusal } from '../refusal.ts';

/** What a token will say. A grant decides it; how it is signed and remembered is not its business. */
export interface TokenPlan {
  readonly subject: string;
  readonly clientId: ClientId;
  /** Absent where the client belongs to no agent. */
  readonly agentId?: AgentId;
  /** What `aud` says. */
  readonly audience: string;
  /** Absent: the audience is an endpoint of ours. */
  readonly resource?: Resource;
  /** In place of a token of ours: one of its provider, which the agent gets as itself. */
  readonly api?: DownstreamApi;
  readonly scope: readonly ScopeName[];
  /** Of a token for the proxy: which requests it allows, by whose account at the third party. */
  readonly egress?: EgressDetail;
  /** The thumbprint of the key that the token is bound to; absent: whoever bears it may use it. */
  readonly jkt?: string;
  /** The same of a certificate. */
  readonly x5t?: string;
  /** Absent where no person granted anything. */
  readonly granted?: PersonsGrant;
  /** Of an exchange in the name of a person: where they sign in, if that is an identity provider of ours. */
  readonly idp?: IdpId;
  /** Where the token comes from; absent where it was exchanged from none. */
  readonly exchanged?: Exchanged;
  /** The task that the token is of, which comes last, and those above it, the root first; absent where it is of none. */
  readonly tasks?: readonly TaskId[];
  /** What proved the agent that it is issued to, where that was no client. */
  readonly workload?: ProvenWorkload;
  /** In place of a token for anything of ours: what is said of the person to somebody else, whom `audience` names. */
  readonly asserted?: AssertedIdentity;
  /** In place of a token for anything of ours: what the client itself is told of the person. */
  readonly identity?: GrantedBy;
  /** When what it rests on ends, where that does. */
  readonly until?: Instant;
}

/** What a token says of the person who granted it, and of the grant that it ends with. */
export interface PersonsGrant extends Pick<GrantedBy, 'roles' | 'authTime' | 'acr' | 'amr'> {
  /** Absent where the person granted nothing here: what the issuer of their token says of them is taken on its terms. */
  readonly id?: GrantId;
}

/** What an id_token says besides what its token says. */
export interface IdTokenPlan {
  readonly person: GrantedBy;
  readonly nonce?: string;
}

/** A token of an API behind an identity provider, or of a third party, which the provider issues and nobody here reads. */
export interface ForeignToken {
  readonly api: string;
  readonly accessToken: string;
  readonly issuedTokenType: string;
  readonly expiresAt: Instant;
  readonly scope: readonly ScopeName[];
}

/** A grant that came of an exchange, with its first refresh token. */
export interface OpenedFamily {
  readonly id: GrantId;
  readonly refreshToken: Secret;
  readonly expiresAt: Instant;
}

/** What a grant decided: to be signed first, and then marked. */
export interface Decided {
  readonly plan: TokenPlan;
  readonly idToken?: IdTokenPlan;
  /** Of an exchange: what its answer is called. */
  readonly issuedTokenType?: string;
  /** In place of a token of ours: asks for it once nothing else stands in the way. */
  readonly elsewhere?: (plan: TokenPlan) => Promise<Result<ForeignToken, GrantRefusal>>;
  /** In place of a token that is signed: a grant, which is kept in one write once nothing else stands in the way. */
  readonly opens?: {
    readonly grant: StoredGrant & { readonly family: Family };
    readonly keep: () => Promise<OpenedFamily>;
  };
  /** What the request uses up. The same request again is no replay of the assertion that came with it. */
  readonly uses?: string;
  /** Uses it up, in one write; resolves with the refresh token, where there is one. */
  readonly mark?: () => Promise<Result<{ readonly refreshToken?: Secret }, GrantRefusal>>;
}

export interface GrantContext extends Shown {
  readonly client: AuthenticatedClient;
  readonly now: Instant;
  readonly requestId: string;
}

export interface Grant {
  readonly type: GrantType;
  /** Which of several grants of one type it is that a caller means. Absent: it is for all of them. */
  readonly isFor?: (client: AuthenticatedClient) => boolean;
  readonly redeem: (parameters: Parameters, context: GrantContext) => Promise<Result<Decided, GrantRefusal>>;
}

/** Ties a parser to a decision, so that grants of different requests fit one list, and hides undeclared parameters. */
export function defineGrant<Request>(definition: {
  readonly type: GrantType;
  readonly parameters: readonly string[];
  readonly parse: (parameters: Parameters) => Result<Request, GrantRefusal>;
  readonly decide: (request: Request, context: GrantContext) => Promise<Result<Decided, GrantRefusal>>;
}): Grant {
  const declared = new Set(definition.parameters);
  return {
    type: definition.type,
    redeem: async (parameters, context) => {
      const request = definition.parse(only(parameters, declared));
      return request.ok ? definition.decide(request.value, context) : request;
    },
  };
}
