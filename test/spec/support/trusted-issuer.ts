import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

type Members = Readonly<Record<string, unknown>>;

export interface Foreign {
  /** Laid over the claims; `undefined` removes one. */
  readonly claims?: Members;
  readonly header?: Members;
  /** Another key than the issuer's. */
  readonly key?: CryptoKey;
}

/** Somebody else who issues tokens, whatever a test wants them to say. */
export interface TrustedIssuer {
  readonly token: (token?: Foreign) => Promise<string>;
  /** From now on it signs by another key and publishes that alone. */
  readonly rotate: () => Promise<void>;
  readonly be: (mood: 'well' | 'failing') => void;
  /** How often its host was asked. */
  readonly fetches: () => number;
  readonly stop: () => Promise<void>;
}

/** Its host plays discovery too. `issuer` is what it calls itself, and says where that is one of its own host. */
export async function startTrustedIssuer(options: {
  readonly port: number;
  readonly issuer: string;
  /** Seconds. */
  readonly now: () => number;
  /** What a flawless token says besides `iss`, `iat`, `exp` and `jti`. */
  readonly claims: Members;
}): Promise<TrustedIssuer> {
  const { port, issuer, now } = options;
  let signing = await newKey('k1');
  let mood: 'well' | 'failing' = 'well';
  let fetches = 0;
  const server = createServer((request, response) => {
    fetches += 1;
    const served: Readonly<Record<string, unknown>> = {
      '/.well-known/openid-configuration': { issuer, jwks_uri: keysAt(port) },
      '/keys': { keys: [signing.jwk] },
    };
    const body = served[request.url ?? ''];
    const status = mood === 'failing' ? 503 : body === undefined ? 404 : 200;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? {}));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    fetches: () => fetches,
    be: (next) => {
      mood = next;
    },
    rotate: async () => {
      signing = await newKey(`k-${randomUUID()}`);
    },
    token: ({ claims = {}, header = {}, key = signing.privateKey } = {}) => {
      const iat = Math.floor(now());
      const usual = { iss: issuer, iat, exp: iat + 300, jti: randomUUID(), ...options.claims };
      return new SignJWT({ ...usual, ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: String(signing.jwk.kid), typ: 'JWT', ...header })
        .sign(key);
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export function keysAt(port: number): string {
  return `http://localhost:${port}/keys`;
}

async function newKey(kid: string): Promise<{ privateKey: CryptoKey; jwk: JWK }> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig' } };
}
