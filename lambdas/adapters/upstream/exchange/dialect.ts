import type {
  ApiRefusal,
  ApiScope,
  ApiToken,
  ExchangeStrategy,
  PresentedKind,
} from '../../../ports/downstream-apis.ts';
import type { RefreshWish } from '../../../ports/upstream.ts';
import type { Instant } from '../../../runtime/clock.ts';
import type { Result } from '../../../runtime/result.ts';
import type { Secret } from '../../../runtime/secret.ts';
import type { FaultReader, TokenAnswer } from './answer.ts';

/** A provider as one exchange talks to it, by the client that exchanges. */
export interface ExchangeTalk {
  readonly idp: string;
  readonly now: Instant;
  readonly faultIn: FaultReader;
  /** Of the identity provider. */
  readonly issuer: string;
  /** The id of the client that exchanges. */
  readonly clientId: string;
  /** Asks the token endpoint, as the client that exchanges; `undefined` parameters are left out. */
  readonly ask: (
    grantType: string,
    parameters: Readonly<Record<string, string | undefined>>,
    at?: AskedAt,
  ) => Promise<TokenAnswer>;
}

/** Where else than at the provider's own token endpoint, how else proved than as its client, and for whom. */
export interface AskedAt {
  readonly issuer?: string;
  readonly tokenEndpoint?: string;
  /** Proves the client in place of its own credentials. */
  readonly assertion?: { readonly clientId: string; readonly token: Secret };
  /** What it gives is presented by us, and nobody else sees it: it may be bound to a key of ours. */
  readonly forUs?: true;
}

export type StrategyOf<Kind extends ExchangeStrategy['kind']> = Extract<
  ExchangeStrategy,
  { readonly kind: Kind }
>;

/** What is particular to one way of asking. */
export interface ExchangeDialect<Strategy extends ExchangeStrategy> {
  /** What is presented, and how the kept refresh token gets it. */
  readonly presents: (
    strategy: Strategy,
    clientId: string,
  ) => { readonly kind: PresentedKind; readonly wish: RefreshWish };
  readonly faultIn: FaultReader;
  readonly exchange: (
    talk: ExchangeTalk,
    strategy: Strategy,
    presented: { readonly token: Secret; readonly scopes: readonly ApiScope[] },
  ) => Promise<Result<ApiToken, ApiRefusal>>;
  /** How our client gets a token for itself, in nobody's name. Absent: in no way. */
  readonly mint?: (
    talk: ExchangeTalk,
    strategy: Strategy,
    scopes: readonly ApiScope[],
  ) => Promise<Result<ApiToken, ApiRefusal>>;
}

export const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
export const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const accessToken = 'urn:ietf:params:oauth:token-type:access_token';
export const idToken = 'urn:ietf:params:oauth:token-type:id_token';

/** Undefined where none is asked for: then the provider gives what it gives unasked. */
export function scopeText(scopes: readonly ApiScope[]): string | undefined {
  return scopes.length === 0 ? undefined : scopes.map(({ upstream }) => upstream).join(' ');
}
