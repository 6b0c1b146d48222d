import type { IssuedToken } from '../token-client/token-answer.ts';
import { accessTokenType, jwtType } from '../token-client/token-types.ts';
import type { Grant, TokenWish } from './grants.ts';
import type { TokenSource } from './token-source.ts';

/** What an exchange shows of who acts, besides the client that asks for it (RFC 8693 §2.1, `actor_token`). */
export type ActorToken =
  | { readonly kind: 'own'; readonly resource: string; readonly scope?: string }
  | { readonly kind: 'platform'; readonly token: () => Promise<string> };

/**
 * A token that the agent gets in its own name, as AgentCore shows one (M2M). `resource` is one that the agent may ask for
 * itself; the token is sent nowhere but to the issuer.
 */
export function ownTokenAsActor(resource: string, options: { readonly scope?: string } = {}): ActorToken {
  return { kind: 'own', resource, ...options };
}

/**
 * The agent's platform says who acts: `token` gets a JWT of it for the issuer, such as what AWS STS answers to
 * GetWebIdentityToken. It is asked for each exchange.
 */
export function awsWebIdentityAsActor(token: () => Promise<string>): ActorToken {
  return { kind: 'platform', token };
}

/** The parameters of one exchange that show the actor. */
export interface ShownActor {
  readonly parameters: () => Promise<Readonly<Record<string, string>>>;
  /** An exchange was refused: what was kept may be why, and is shown no more. */
  readonly forget: () => Promise<void>;
}

export function shownActor(
  actor: ActorToken,
  own: { readonly issuer: string; readonly grant: Grant; readonly tokens: TokenSource },
): ShownActor {
  if (actor.kind === 'platform') {
    return {
      parameters: async () => ({ actor_token: await actor.token(), actor_token_type: jwtType }),
      forget: () => Promise.resolve(),
    };
  }
  const wish: TokenWish = { issuer: own.issuer, resource: actor.resource, scope: actor.scope };
  let shown: IssuedToken | undefined;
  return {
    parameters: async () => {
      shown = await own.tokens.get(['self'], wish, own.grant);
      return { actor_token: shown.value, actor_token_type: accessTokenType };
    },
    forget: async () => {
      if (shown !== undefined) await own.tokens.drop(['self'], wish, shown);
    },
  };
}
