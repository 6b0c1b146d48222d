import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

type Members = Readonly<Record<string, unknown>>;

export interface Assertion {
  /** Laid over the claims; `undefined` removes one. */
  readonly claims?: Members;
  readonly header?: Members;
  /** Another key than the company's. */
  readonly key?: CryptoKey;
}

/** An identity provider that asserts whatever a test wants (ID-JAG). */
export interface AssertingCompany {
  readonly idJag: (assertion?: Assertion) => Promise<string>;
  /** How often its keys were asked for. */
  readonly fetches: () => number;
  readonly stop: () => Promise<void>;
}

/** Where its keys are. */
export function keysAt(port: number): string {
  return `http://127.0.0.1:${port}/keys`;
}

/** Metadata documents of clients, with what such clients have of everybody. */
export function clientAt(port: number, name: 'desktop' | 'stranger'): string {
  return `http://127.0.0.1:${port}/${name}.json`;
}

function documentAt(port: number, path: string): object | undefined {
  const names = ['desktop', 'stranger'] as const;
  const name = names.find((candidate) => path === `/${candidate}.json`);
  if (name === undefined) return undefined;
  return {
    client_id: clientAt(port, name),
    client_name: name,
    redirect_uris: ['https://desktop.example.com/cb'],
  };
}

export async function startAssertingCompany(options: {
  readonly port: number;
  /** Seconds. */
  readonly now: () => number;
  /** What a flawless assertion says besides `iat`, `exp` and `jti`. */
  readonly claims: () => Members;
}): Promise<AssertingCompany> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid: 'company-1', alg: 'ES256', use: 'sig' };
  let fetches = 0;
  const server = createServer((request, response) => {
    fetches += 1;
    const body = request.url === '/keys' ? { keys: [jwk] } : documentAt(options.port, request.url ?? '');
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? {}));
  });
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  return {
    fetches: () => fetches,
    idJag: ({ claims = {}, header = {}, key = privateKey } = {}) => {
      const iat = Math.floor(options.now());
      const said = { iat, exp: iat + 300, jti: randomUUID(), ...options.claims(), ...claims };
      return new SignJWT(said)
        .setProtectedHeader({ alg: 'ES256', kid: 'company-1', typ: 'oauth-id-jag+jwt', ...header })
        .sign(key, { crit: { exp: true } });
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
