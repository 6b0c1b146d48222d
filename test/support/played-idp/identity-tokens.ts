import { createHash, randomUUID } from 'node:crypto';
import type { Behaviour, Claims } from './behaviour.ts';
import type { Signatures } from './signatures.ts';

/** What a played provider says of people, signed. */
export interface IdentityTokens {
  readonly idToken: (client: string, nonce: string | undefined, accessToken: string) => Promise<string>;
  /** A logout token of `ann`, in all of her sessions; `null` leaves a claim or a member of the header out. */
  readonly logoutToken: (claims?: Claims, header?: Claims) => Promise<string>;
}

export function playIdentityTokens(options: {
  readonly issuer: string;
  readonly playing: () => Behaviour;
  readonly signatures: Signatures;
  /** Seconds since 1970. */
  readonly now: () => number;
}): IdentityTokens {
  const { issuer, playing, signatures, now } = options;
  return {
    idToken: (client, nonce, accessToken) => {
      const { ahead = 0, person, claims } = playing();
      const at = Math.floor(now()) + ahead;
      const honest: Claims = {
        ...{ iss: issuer, aud: client, iat: at, exp: at + 300, auth_time: at - 10 },
        ...(nonce !== undefined && { nonce }),
        at_hash: createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url'),
        ...(person ?? { sub: 'ann', name: 'Ann', email: 'ann@example.com', groups: ['staff'] }),
      };
      return signatures.sign(claims?.(honest) ?? honest);
    },
    logoutToken: (changes = {}, header = {}) => {
      const at = Math.floor(now());
      const honest: Claims = {
        ...{ iss: issuer, aud: 'vestibule', iat: at, exp: at + 120, jti: randomUUID(), sub: 'ann' },
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      };
      return signatures.sign(
        withoutNull({ ...honest, ...changes }),
        withoutNull({ typ: 'logout+jwt', ...header }),
      );
    },
  };
}

function withoutNull(members: Claims): Claims {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}
