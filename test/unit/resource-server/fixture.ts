import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';

export const resource = 'https://mcp.example.com/public/mcp';
export const resourceMetadata = 'https://mcp.example.com/.well-known/oauth-protected-resource/public/mcp';

export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

export async function makeKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** An issuer that publishes keys over real HTTP and counts how often it is asked. */
export interface KeyServer {
  readonly issuer: string;
  requests: number;
  keys: readonly JWK[];
  /** What ended. */
  ends: { readonly tokens: string; readonly principals: Readonly<Record<string, number>> };
  /** Makes the edition that is served; anything else than a JWT of the issuer is a forgery or an outage. */
  edition: (changes?: EditionChanges) => Promise<string>;
  /** Anything but 200 is an outage of the feed of ends. */
  endsStatus: number;
  endsRequests: number;
  cacheControl: string;
  /** What a cache in between says of how long it has had the key set. Seconds. */
  age?: string;
  /** Anything but 200 is an outage. */
  status: number;
  readonly close: () => Promise<void>;
}

export async function startKeyServer(
  keys: readonly SigningKey[],
  now: () => number = () => Math.floor(Date.now() / 1000),
): Promise<KeyServer> {
  const http = createServer((request, response) => {
    if (request.url === '/ends') {
      server.endsRequests += 1;
      void server.edition().then((jwt) => response.writeHead(server.endsStatus).end(jwt));
      return;
    }
    if (request.url !== '/.well-known/jwks.json') {
      response.writeHead(404).end();
      return;
    }
    server.requests += 1;
    response.writeHead(server.status, {
      'content-type': 'application/json',
      'cache-control': server.cacheControl,
      ...(server.age === undefined ? {} : { age: server.age }),
      ...(server.status === 302 ? { location: '/elsewhere' } : {}),
    });
    response.end(JSON.stringify({ keys: server.keys }));
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const server: KeyServer = {
    issuer: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    requests: 0,
    keys: keys.map((key) => key.publicJwk),
    ends: { tokens: '', principals: {} },
    edition: (changes) => makeEdition(keys[0]!, server, now(), changes),
    endsStatus: 200,
    endsRequests: 0,
    cacheControl: 'max-age=300',
    status: 200,
    close: async () => {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
  return server;
}

export interface EditionChanges {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly key?: SigningKey;
}

/** An edition of the feed of ends as the issuer makes them; a claim set to undefined is left out. */
export async function makeEdition(
  signing: SigningKey,
  { issuer, ends }: Pick<KeyServer, 'issuer' | 'ends'>,
  now: number,
  { header = {}, claims = {}, key = signing }: EditionChanges = {},
): Promise<string> {
  return new SignJWT({ iss: issuer, iat: now, exp: now + 30, ends, ...claims })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'vnd.vestibule.ends+jwt', ...header })
    .sign(key.privateKey);
}

export interface TokenChanges {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** An access token as the issuer makes them; a claim set to undefined is left out. */
export async function makeToken(
  key: SigningKey,
  issuer: string,
  now: number,
  { header = {}, claims = {} }: TokenChanges = {},
): Promise<string> {
  return new SignJWT({
    iss: issuer,
    sub: 'planner-client',
    aud: resource,
    client_id: 'planner-client',
    agent_id: 'planner',
    scope: 'tools:read tools:write',
    jti: 'one',
    iat: now,
    exp: now + 900,
    ...claims,
  })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'at+jwt', ...header })
    .sign(key.privateKey, { crit: { 'urn:example:extension': true } });
}

/** The parameters of a challenge, parsed the way RFC 9110 says and not the way the product writes them. */
export function parseChallenge(header: string | undefined): {
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
} {
  const [scheme = '', rest = ''] = (header ?? '').split(/ (.*)/s);
  const parameters: Record<string, string> = {};
  let left = rest;
  while (left !== '') {
    const match = /^([A-Za-z_]+)="((?:[^"\\]|\\.)*)"(?:, |$)/.exec(left);
    if (match?.[1] === undefined || match[2] === undefined)
      throw new Error(`not a challenge: ${header ?? ''}`);
    if (match[1] in parameters) throw new Error(`repeated parameter: ${match[1]}`);
    parameters[match[1]] = match[2];
    left = left.slice(match[0].length);
  }
  return { scheme, parameters };
}
