import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

export interface AwsToken {
  readonly role?: string;
  /** Laid over the claims; `undefined` removes one. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Laid over the claims of `https://sts.amazonaws.com/`. */
  readonly said?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly algorithm?: 'ES384' | 'RS256';
  /** Another key than the account's. */
  readonly key?: CryptoKey;
}

/** An AWS account whose issuer says whatever a test wants. */
export interface AwsAccount {
  readonly issuer: string;
  readonly id: string;
  readonly roleNamed: (name: string) => string;
  readonly token: (token?: AwsToken) => Promise<string>;
  /** How often its keys were asked for. */
  readonly fetches: () => number;
  readonly stop: () => Promise<void>;
}

export async function startAwsAccount(options: {
  readonly audience: string;
  /** Seconds. */
  readonly now: () => number;
}): Promise<AwsAccount> {
  const id = '111122223333';
  const keys = { ES384: await keyPair('ES384'), RS256: await keyPair('RS256') };
  let fetches = 0;
  const server = createServer((request, response) => {
    fetches += 1;
    const isKeySet = request.url === '/.well-known/jwks.json';
    response.writeHead(isKeySet ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys: Object.values(keys).map(({ jwk }) => jwk) }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const roleNamed = (name: string): string => `arn:aws:iam::${id}:role/${name}`;
  return {
    issuer,
    id,
    roleNamed,
    fetches: () => fetches,
    token: ({
      role = roleNamed('reporter'),
      claims = {},
      said = {},
      header = {},
      algorithm = 'ES384',
      key,
    } = {}) => {
      const iat = Math.floor(options.now());
      return new SignJWT({
        ...{ iss: issuer, sub: role, aud: options.audience, iat, exp: iat + 300, jti: randomUUID() },
        'https://sts.amazonaws.com/': {
          aws_account: id,
          source_region: 'us-east-1',
          principal_id: role,
          ...said,
        },
        ...claims,
      })
        .setProtectedHeader({ alg: algorithm, kid: keys[algorithm].jwk.kid!, typ: 'JWT', ...header })
        .sign(key ?? keys[algorithm].privateKey);
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function keyPair(algorithm: 'ES384' | 'RS256'): Promise<{ privateKey: CryptoKey; jwk: JWK }> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const kid = algorithm === 'ES384' ? 'EC384_0' : 'RSA_0';
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' } };
}
