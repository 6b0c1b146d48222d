import { decodeProtectedHeader, jwtVerify, type JWTPayload } from 'jose';
import { signatureAlgorithms, type AccessTokenClaims } from './access-token.ts';
import type { whatEnded } from './challenge.ts';
import { endedName, nameLength } from './ended-name.ts';
import type { KeySet } from './key-set.ts';

/** What one edition of an issuer's feed of ends says. */
export interface Edition {
  /** It has every end that was written before. Seconds since 1970. */
  readonly issuedAt: number;
  /** Names of revoked tokens. */
  readonly tokens: ReadonlySet<string>;
  /** Names of clients, agents, grants, tasks, persons and audiences, and until when tokens issued on them are ended. */
  readonly principals: ReadonlyMap<string, number>;
}

const type = 'vnd.vestibule.ends+jwt';

/** Reads a signed edition. Undefined for anything else: another type, issuer or key, expired, malformed. */
export async function readEdition(
  jwt: string,
  keys: KeySet,
  { issuer, now }: { readonly issuer: string; readonly now: number },
): Promise<Edition | undefined> {
  try {
    const { alg, kid } = decodeProtectedHeader(jwt);
    if (typeof alg !== 'string' || typeof kid !== 'string') return undefined;
    const lookup = await keys.find({ alg, kid });
    if (!lookup.found) return undefined;
    const { payload } = await jwtVerify(jwt, lookup.key, {
      algorithms: [...signatureAlgorithms],
      issuer,
      // RFC 8725 §3.11: no other document of the issuer passes for the feed, an access token least of all.
      typ: type,
      requiredClaims: ['iat', 'exp'],
      currentDate: new Date(now * 1000),
    });
    return editionOf(payload);
  } catch {
    return undefined;
  }
}

/** What ended a token, as far as a challenge says. */
export type EndedBy = keyof typeof whatEnded;

/** What ends that token in the edition, by itself or by one that it was exchanged from; undefined: nothing does. */
export async function endedBy(edition: Edition, token: AccessTokenClaims): Promise<EndedBy | undefined> {
  const { jti_chain: chain = [], task_chain: tasks = [] } = token;
  if (await hasEnded(edition, token, tasks.map(principal('task_id')))) return 'task';
  const tokens = await Promise.all([token.jti, ...chain].map((jti) => endedName('jti', jti)));
  if (tokens.some((name) => edition.tokens.has(name))) return 'other';
  return (await hasEnded(edition, token, principalsOf(token))) ? 'other' : undefined;
}

type Principal = readonly [claim: string, value: string];

function principal(claim: string): (value: string) => Principal {
  return (value) => [claim, value];
}

/** Whether any of them has, on which the token was issued. */
async function hasEnded(
  { principals }: Edition,
  { iat }: AccessTokenClaims,
  named: readonly Principal[],
): Promise<boolean> {
  if (principals.size === 0) return false;
  const names = await Promise.all(named.map(([claim, value]) => endedName(claim, value)));
  return names.some((name) => iat <= (principals.get(name) ?? -Infinity));
}

/** Everybody and everything on which the token was issued, but its task. */
function principalsOf(token: AccessTokenClaims): readonly Principal[] {
  const { client_chain: chain = [], grant_id: grant, family_id: family, sub } = token;
  return [
    ...[token, ...chain].flatMap(({ client_id: client, agent_id: agent }) => [
      ['client_id', client] as const,
      ...(agent === undefined ? [] : [['agent_id', agent] as const]),
    ]),
    // What rests on a grant ends with that, and the end of its person goes through it.
    grant === undefined ? (['sub', sub] as const) : (['grant_id', grant] as const),
    ...(family === undefined ? [] : [['grant_id', family] as const]),
    ...[token.aud].flat().map(principal('aud')),
  ];
}

function editionOf({ iat = NaN, ends }: JWTPayload): Edition | undefined {
  if (typeof ends !== 'object' || ends === null) return undefined;
  const { tokens, principals } = ends as { readonly tokens?: unknown; readonly principals?: unknown };
  if (typeof tokens !== 'string' || tokens.length % nameLength !== 0) return undefined;
  if (typeof principals !== 'object' || principals === null) return undefined;
  const times = Object.entries(principals as Record<string, unknown>);
  if (!times.every((entry): entry is [string, number] => typeof entry[1] === 'number')) return undefined;
  return { issuedAt: iat, tokens: new Set(namesIn(tokens)), principals: new Map(times) };
}

function* namesIn(tokens: string): Generator<string> {
  for (let at = 0; at < tokens.length; at += nameLength) yield tokens.slice(at, at + nameLength);
}
