import type { IssuedToken } from '../token-client/token-answer.ts';
import { tokenCache } from '../token-client/token-cache.ts';
import type { ClientCredential } from './clients.ts';
import { AgentError, TokenRefused } from './errors.ts';
import type { Grant, TokenWish } from './grants.ts';
import type { AskToken } from './token-endpoint.ts';

/** The tokens of one agent. `holder` tells apart in whose name each is. */
export interface TokenSource {
  /** One that is kept, or asked for. */
  readonly get: (holder: readonly string[], wish: TokenWish, grant: Grant) => Promise<IssuedToken>;
  /** Forgets one that was refused, unless another has taken its place. */
  readonly drop: (holder: readonly string[], wish: TokenWish, refused: IssuedToken) => Promise<void>;
}

export function tokenSource(options: {
  readonly client: ClientCredential;
  readonly ask: AskToken;
  /** For what only leads to a token, and is bound to nothing. */
  readonly askUnbound: AskToken;
  /** Seconds since 1970. */
  readonly now: () => number;
}): TokenSource {
  const cache = tokenCache<IssuedToken>(options.now);

  async function obtain(wish: TokenWish, grant: Grant): Promise<IssuedToken> {
    const { issuer, resource, scope } = wish;
    const parameters = await grant.parameters(wish, options.askUnbound);
    const asked = { ...parameters, resource, ...(scope !== undefined && { scope }) };
    const client = grant.client ?? options.client;
    const issued = await options.ask(issuer, client, grant.type, asked).catch(async (error: unknown) => {
      if (error instanceof TokenRefused) await grant.refused?.();
      throw error;
    });
    if (issued.type === 'N_A') throw new AgentError(`${issuer} issued something that is no access token`);
    return issued;
  }

  return {
    get: (holder, wish, grant) => cache.get(nameOf(holder, wish), () => obtain(wish, grant)),
    drop: (holder, wish, refused) => cache.drop(nameOf(holder, wish), refused),
  };
}

function nameOf(holder: readonly string[], { issuer, resource, scope = '' }: TokenWish): readonly string[] {
  return [issuer, resource, scope, ...holder];
}
