import type { Check, Finding } from '../../../ports/diagnosis.ts';
import type { Instant } from '../../../runtime/clock.ts';
import { ok, refuse, type Result } from '../../../runtime/result.ts';
import { idTokenAlgorithms, upstreamSkewSeconds } from '../id-token.ts';
import { check, error, found, warning } from './check.ts';
import type { LookedAt } from './provider.ts';
import type { Members, ReadToken } from './read-token.ts';
import { settingsOf } from './settings.ts';
import { claimFindings } from './token-claims.ts';
import { originFindings } from './token-origin.ts';

/** What is wrong with a token for signing a person in. It says the names of claims, and who issued it for whom. */
export function checkToken(idp: LookedAt, token: string, now: Instant): Check {
  const good = 'it reads as an id_token that signs a person in (its signature was not verified)';
  const read = readToken(idp, token);
  if (!read.ok) return check('token', good, [read.refusal]);
  // Who issued it for whom decides: of another kind of token nothing else is worth saying.
  const origin = originFindings(idp, read.value);
  const findings = origin.some(({ severity }) => severity === 'error')
    ? origin
    : [
        ...origin,
        ...found(algorithmFinding(idp, read.value), timeFinding(read.value, now)),
        ...claimFindings(idp, read.value),
      ];
  return check('token', good, findings);
}

function readToken(idp: LookedAt, token: string): Result<ReadToken, Finding> {
  const parts = token.split('.');
  if (parts.length === 5) {
    return refuse(
      error('token_encrypted', {
        what: 'The token is encrypted (JWE): nobody but its audience can read it',
        why: 'An id_token has to be signed and not encrypted.',
        fix: `Turn the encryption of id_tokens off: ${settingsOf[idp.profile].tokenSigning}`,
      }),
    );
  }
  const [header, claims] = parts.map(decoded);
  if (parts.length !== 3 || header === undefined || claims === undefined) return refuse(opaque(idp));
  return ok({ header, claims });
}

function opaque(idp: LookedAt): Finding {
  return error('token_opaque', {
    what: 'The token is opaque: it is no JWT',
    why: 'Only the provider itself knows what it stands for. A sign-in takes the id_token, which is a JWT.',
    fix:
      idp.profile === 'auth0'
        ? 'Paste the id_token. To have access tokens that are JWTs, request one with the audience of your API (audience=https://…): without it Auth0 gives one for its own userinfo endpoint.'
        : 'Paste the id_token of the answer, and not its access or refresh token.',
  });
}

function decoded(part: string): Members | undefined {
  try {
    const read: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? (read as Members) : undefined;
  } catch {
    return undefined;
  }
}

function algorithmFinding(idp: LookedAt, { header: { alg } }: ReadToken): Finding | undefined {
  if (idTokenAlgorithms.some((taken) => taken === alg)) return undefined;
  return error('algorithm_unsupported', {
    what: 'The token is not signed by an RSA or elliptic-curve key',
    why: 'A signature by HS256 could be made by whoever has our client secret, and none at all by anybody.',
    fix: `Have id_tokens signed by RS256 or ES256: ${settingsOf[idp.profile].tokenSigning}`,
  });
}

function timeFinding({ claims: { exp, nbf, iat } }: ReadToken, now: Instant): Finding | undefined {
  const latest = now + upstreamSkewSeconds;
  if ([nbf, iat].some((time) => typeof time === 'number' && time > latest)) {
    return error('clock_skew', {
      what: 'The token is from the future (iat or nbf)',
      why: `More than ${upstreamSkewSeconds} seconds between two clocks are not forgiven.`,
      fix: 'Have the clock of the provider kept by NTP, and see that of this machine.',
    });
  }
  if (typeof exp === 'number' && exp > now - upstreamSkewSeconds) return undefined;
  return warning('token_expired', {
    what: 'The token has expired',
    why: 'That is to be expected of one that was kept; a fresh one that has expired tells of a clock that is behind.',
    fix: 'Paste a fresh one to be sure.',
  });
}
