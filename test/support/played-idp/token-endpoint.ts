import { createHash } from 'node:crypto';
import type { Answered, Behaviour } from './behaviour.ts';
import type { IdentityTokens } from './identity-tokens.ts';

/** An authorization request that led to a code. */
interface Started {
  readonly client: string;
  readonly nonce: string;
  readonly challenge: string;
}

/** A refresh token that was given then. */
interface Given {
  state: 'current' | 'spent';
  readonly client: string;
  readonly at: number;
}

/** The codes and refresh tokens of a played provider, each good once. */
export interface PlayedTokens {
  /** A code for an authorization request with these parameters. */
  readonly start: (parameters: URLSearchParams) => string;
  /** Answers the token request of a client that has proven itself. */
  readonly answer: (client: string, form: URLSearchParams) => Promise<Answered>;
  readonly refreshes: () => number;
}

export function playTokens(options: {
  readonly playing: () => Behaviour;
  readonly identity: IdentityTokens;
  /** A value of this kind that nobody else has, and that nobody should log. */
  readonly give: (kind: string) => string;
  /** Seconds since 1970. */
  readonly now: () => number;
}): PlayedTokens {
  const { playing, identity, give, now } = options;
  const codes = new Map<string, Started>();
  const refreshTokens = new Map<string, Given>();
  let refreshes = 0;

  const tokensFor = async (client: string, nonce?: string): Promise<Answered> => {
    const { withoutIdTokenOnRefresh, tokens } = playing();
    const [accessToken, refreshToken] = [give('access'), give('refresh')];
    refreshTokens.set(refreshToken, { state: 'current', client, at: now() });
    const withIdToken = nonce !== undefined || withoutIdTokenOnRefresh !== true;
    return {
      status: 200,
      body: {
        ...{ access_token: accessToken, token_type: 'Bearer', expires_in: 300, refresh_token: refreshToken },
        ...(withIdToken && { id_token: await identity.idToken(client, nonce, accessToken) }),
        ...tokens,
      },
    };
  };
  const redeem = (client: string, form: URLSearchParams): Promise<Answered> | Answered => {
    const code = form.get('code') ?? '';
    const started = codes.get(code);
    codes.delete(code);
    const digest = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isTheirs = started?.challenge === digest && started.client === client;
    return isTheirs ? tokensFor(client, started.nonce) : refused('invalid_grant');
  };
  const isIdle = (known: Given | undefined): boolean => {
    const { refreshIdle } = playing();
    return known !== undefined && refreshIdle !== undefined && now() >= known.at + refreshIdle;
  };
  const refresh = (client: string, form: URLSearchParams): Promise<Answered> | Answered => {
    refreshes += 1;
    const known = refreshTokens.get(form.get('refresh_token') ?? '');
    // RFC 6749 §6: it is good for the client that it was issued to.
    const state = known?.client === client ? known.state : undefined;
    const { refreshError, refreshErrorDescription, takesSpent } = playing();
    if (refreshError !== undefined) return refused(refreshError, refreshErrorDescription);
    if (isIdle(known)) return refused('invalid_grant');
    if (state === 'spent' && takesSpent === true) return tokensFor(client);
    // Whoever sends a spent token is a thief, or robbed: nothing is good from then on.
    if (state === 'spent') for (const each of refreshTokens.values()) each.state = 'spent';
    if (known === undefined || state !== 'current') return refused('invalid_grant');
    known.state = 'spent';
    return tokensFor(client);
  };
  return {
    start: (parameters) => {
      const code = give('code');
      codes.set(code, {
        client: parameters.get('client_id') ?? '',
        nonce: parameters.get('nonce') ?? '',
        challenge: parameters.get('code_challenge') ?? '',
      });
      return code;
    },
    answer: async (client, form) =>
      form.get('grant_type') === 'refresh_token' ? refresh(client, form) : redeem(client, form),
    refreshes: () => refreshes,
  };
}

function refused(error: string, description?: string): Answered {
  return { status: 400, body: { error, error_description: description } };
}
