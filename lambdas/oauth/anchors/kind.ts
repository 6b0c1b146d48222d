import type { ForeignKind, ForeignRefusal, TrustAnchor } from '../../ports/trust-anchors.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { ForeignJwt, Members } from './foreign-jwt.ts';

/** What a token shows itself to be; `plain`: it shows nothing. */
type Shown = 'access_token' | 'id_token' | 'id_jag' | 'refresh_token' | 'other' | 'plain';

const names: Readonly<Record<ForeignKind, string>> = {
  access_token: 'an access token',
  id_token: 'an id_token',
  jwt: 'a JWT',
  id_jag: 'an ID-JAG',
  workload: 'an assertion of a workload',
};

/**
 * As which of the kinds asked for a token counts: one kind of token never passes for another, whatever the request says
 * that it is (RFC 8725 §3.11).
 */
export function kindOf(
  anchor: TrustAnchor,
  token: ForeignJwt,
  asked: readonly ForeignKind[],
): Result<ForeignKind, ForeignRefusal> {
  const shown = shownKind(anchor, token);
  const fault = shown === 'access_token' ? faultOfAccessToken(anchor) : undefined;
  if (fault !== undefined) return refused(fault);
  const fitting = asked.filter((kind) => fits(kind, shown));
  const kind = fitting.find((candidate) => anchor.accepts.includes(candidate));
  if (kind !== undefined) return ok(kind);
  return refused(fitting.length > 0 ? notAccepted(fitting) : anotherKind(shown, asked));
}

function fits(kind: ForeignKind, shown: Shown): boolean {
  if (kind === 'id_jag') return shown === 'id_jag';
  // Those that say nothing of it are what their issuer was asked for.
  if (kind === 'workload') return shown === 'plain' || shown === 'access_token';
  if (kind === 'id_token') return shown === 'id_token' || shown === 'plain';
  return kind === 'access_token' ? shown === 'access_token' : shown === 'plain';
}

function notAccepted(kinds: readonly ForeignKind[]): string {
  return `is ${list(kinds)}, and of its issuer none such is accepted here`;
}

function anotherKind(shown: Shown, asked: readonly ForeignKind[]): string {
  const is: Readonly<Record<Shown, string>> = {
    access_token: 'is an access token',
    id_token: 'is an id_token',
    id_jag: 'is an ID-JAG, which is for the grant jwt-bearer',
    refresh_token: 'is a refresh token, which is for its issuer alone',
    other: 'is a JWT of another kind (typ), as are logout tokens and signals',
    plain: 'shows nothing that an access token has: no typ at+jwt, no scope, no client_id',
  };
  return `${is[shown]}, and what is asked for is ${list(asked)}`;
}

function list(kinds: readonly ForeignKind[]): string {
  return kinds.map((kind) => names[kind]).join(' or ');
}

/** RFC 9068 §2.1 tells access tokens by their type; providers that do not follow it have ways of their own. */
function shownKind({ profile }: TrustAnchor, { type, claims }: ForeignJwt): Shown {
  if (type === 'at+jwt') return 'access_token';
  if (type === 'oauth-id-jag+jwt') return 'id_jag';
  if (!['', 'jwt', 'jose'].includes(type)) return 'other';
  if (profile === 'cognito') return byTokenUse(claims);
  const said = typeof claims['typ'] === 'string' ? saidByKeycloak[claims['typ']] : undefined;
  if (said !== undefined) return said;
  if (has(claims, accessMarks)) return 'access_token';
  return has(claims, idMarks) || profile === 'entra' ? 'id_token' : 'plain';
}

/** In a claim `typ`. */
const saidByKeycloak: Readonly<Partial<Record<string, Shown>>> = {
  Bearer: 'access_token',
  ID: 'id_token',
  Refresh: 'refresh_token',
  Offline: 'refresh_token',
  Logout: 'other',
};

/** `azpacr`, `appidacr` and `idtyp` are of Entra, `cid` of Okta. */
const accessMarks = ['scope', 'scp', 'client_id', 'cid', 'azpacr', 'appidacr', 'idtyp'] as const;
const idMarks = ['nonce', 'at_hash', 'c_hash'] as const;

function byTokenUse({ token_use: use }: Members): Shown {
  if (use === 'access') return 'access_token';
  return use === 'id' ? 'id_token' : 'other';
}

function has(claims: Members, marks: readonly string[]): boolean {
  return marks.some((name) => Object.hasOwn(claims, name));
}

/** Okta itself says that nobody else may verify the access tokens of its org authorization server. */
function faultOfAccessToken({ profile, issuer }: TrustAnchor): string | undefined {
  if (profile !== 'okta' || issuer.includes('/oauth2/')) return undefined;
  return 'is an access token of the Okta org authorization server, which nobody but Okta may verify: use a custom one, as /oauth2/default';
}

function refused(detail: string): Result<never, ForeignRefusal> {
  return refuse({ fault: 'kind_not_accepted', detail });
}
