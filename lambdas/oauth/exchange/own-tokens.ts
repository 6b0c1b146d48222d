import { decodeJwt } from 'jose';
import type { TokenStanding, TokenStandings } from '../../ports/token-standing.ts';
import type { TrustAnchor } from '../../ports/trust-anchors.ts';
import type { Instant } from '../../runtime/clock.ts';
import { ok, type Result } from '../../runtime/result.ts';
import { type DocumentTrust, endOf } from '../introspection/activity.ts';
import { tokenNames } from '../introspection/token-names.ts';
import type { AccessTokenClaims } from '../tokens/access-token.ts';
import { knownToken, type TokenSources } from '../tokens/known-token.ts';
import { opaqueIdOf } from '../tokens/opaque-token.ts';
import type { SentToken } from './exchange-request.ts';
import { ownSubject } from './own-subject.ts';
import { type ExchangeRefusal, taskEnded, tokenRefused } from './refusal.ts';
import type { SubjectReader } from './subject.ts';
import { accessTokenType, jwtType } from './token-types.ts';

export interface OwnTokenPorts extends TokenSources, DocumentTrust {
  readonly standings: TokenStandings;
  readonly anchors: readonly TrustAnchor[];
}

const faults = {
  not_an_access_token: 'is of this server, and no access token: send what came in the Authorization header',
  key_not_published: 'is not signed by a key of this server that is in use',
  not_signed_by_us: 'is not signed by this server',
  not_ours: 'is of another issuer',
  expired: 'has expired: get a new one and send that',
} as const;

/** Access tokens of ours, signed ones and opaque ones, as they stand at this very moment. */
export function ownTokens(ports: OwnTokenPorts): SubjectReader {
  return {
    types: [accessTokenType, jwtType],
    read: async (token, type, { now }) => {
      const read = await standingToken(ports, 'subject', { token, type }, now);
      if (read?.ok !== true) return read;
      const { token: claims, standing } = read.value;
      const anchor = ports.anchors.find(({ id }) => id === claims.anchor_id);
      if (anchor === undefined && wasVouchedFor(claims)) {
        return tokenRefused(
          'subject',
          'anchor_not_trusted',
          'came by an issuer that is trusted here no more',
        );
      }
      return ok(ownSubject(claims, { root: standing.grant, anchor }));
    },
  };
}

/** Its chain begins with a token that somebody else issued: whose terms bound it has to be known. */
function wasVouchedFor({ jti_chain: jtis = [], client_chain: holders = [] }: AccessTokenClaims): boolean {
  return jtis.length > holders.length;
}

/** A token of ours that counts now; undefined for one that is not ours. */
export async function standingToken(
  ports: OwnTokenPorts,
  part: 'subject' | 'actor',
  { token: text, type }: SentToken,
  now: Instant,
): Promise<
  Result<{ readonly token: AccessTokenClaims; readonly standing: TokenStanding }, ExchangeRefusal> | undefined
> {
  const isOpaque = opaqueIdOf(text) !== undefined;
  if (!isOpaque && !claimsToBeOf(text, ports.issuer)) return undefined;
  if (isOpaque && type === jwtType) {
    return tokenRefused(part, 'opaque', `is no JWT: its ${part}_token_type is ${accessTokenType}`);
  }
  const token = await knownToken(text, ports, now);
  if (!token.ok) return tokenRefused(part, token.refusal.reason, faults[token.refusal.reason]);
  const standing = await ports.standings.read(tokenNames(token.value));
  const end = endOf(token.value, standing, ports);
  // RFC 8693 §2.2.2: what ended a token is its own client's business, and that it ended is everybody's.
  if (end === 'task_ended') return taskEnded(part);
  if (end !== undefined) return tokenRefused(part, end, 'counts no more: what it rests on has ended');
  return ok({ token: token.value, standing });
}

/** Whose token it says it is: nothing is believed of it. */
function claimsToBeOf(token: string, issuer: string): boolean {
  try {
    return decodeJwt(token).iss === issuer;
  } catch {
    return false;
  }
}
