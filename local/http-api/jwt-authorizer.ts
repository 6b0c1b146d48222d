import { createLocalJWKSet, decodeJwt, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';
import { refused, type Admission } from './authorization.ts';
import type { AuthorizerDefinition } from './model.ts';

/** Decides about one request; `scopes` are the route's, of which the token needs one. Never rejects. */
export type JwtAuthorizer = (
  headers: Readonly<Record<string, string>>,
  scopes: readonly string[],
) => Promise<Admission>;

/** How long API Gateway keeps the keys of an issuer. */
const keysKeptMilliseconds = 2 * 60 * 60 * 1000;
/** API Gateway's own authorizer takes RSA and nothing else. */
const algorithms = ['RS256', 'RS384', 'RS512'];

/** The JWT authorizer that an HTTP API has built in. `now` counts milliseconds. */
export function createJwtAuthorizer(
  { issuer, audience, identityHeader }: Extract<AuthorizerDefinition, { readonly kind: 'jwt' }>,
  now: () => number,
): JwtAuthorizer {
  let held: { readonly keys: JSONWebKeySet; readonly until: number } | undefined;
  const keysOf = async (): Promise<JSONWebKeySet> => {
    if (held === undefined || now() >= held.until) {
      held = { keys: await publishedKeys(issuer), until: now() + keysKeptMilliseconds };
    }
    return held.keys;
  };
  return async (headers, scopes) => {
    const token = (headers[identityHeader] ?? '').replace(/^bearer +/i, '');
    if (token === '') return refused(401, 'no token', 'Bearer');
    try {
      const { payload } = await jwtVerify(token, createLocalJWKSet(await keysOf()), {
        ...{ algorithms, issuer, currentDate: new Date(now()) },
        requiredClaims: ['exp'],
      });
      if (!isMeantFor(payload, audience)) return invalid('the token does not have a valid audience');
      return withScope(payload, scopes);
    } catch (error) {
      return invalid(isExpired(token, now()) ? 'the token has expired' : describe(error));
    }
  };
}

/** `client_id` counts only where there is no `aud`. */
function isMeantFor({ aud, client_id: clientId }: JWTPayload, audience: readonly string[]): boolean {
  return [aud ?? clientId].flat().some((each) => audience.includes(String(each)));
}

function withScope(payload: JWTPayload, needed: readonly string[]): Admission {
  const granted = [payload['scope'] ?? payload['scp'] ?? []]
    .flat()
    .flatMap((each) => inText(each).split(' '));
  if (needed.length > 0 && !needed.some((name) => granted.includes(name))) {
    return refused(403, `the token has none of the scopes ${needed.join(' ')}`);
  }
  const claims = Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, inText(value)]));
  return {
    kind: 'authorized',
    authorizer: { jwt: { claims, scopes: needed.length === 0 ? null : granted } },
  };
}

/** Every claim is handed on as text. */
function inText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inText).join(' ')}]`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

async function publishedKeys(issuer: string): Promise<JSONWebKeySet> {
  const { jwks_uri: uri } = (await getJson(`${issuer}/.well-known/openid-configuration`)) as {
    readonly jwks_uri: string;
  };
  return (await getJson(uri)) as JSONWebKeySet;
}

async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return await response.json();
}

function invalid(description: string): Admission {
  const challenge = `Bearer scope="" error="invalid_token" error_description="${description}"`;
  return refused(401, description, challenge);
}

function isExpired(token: string, now: number): boolean {
  try {
    return (decodeJwt(token).exp ?? Infinity) * 1000 <= now;
  } catch {
    return false;
  }
}

function describe(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll('"', "'");
}
