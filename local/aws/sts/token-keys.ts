import { createPrivateKey, createPublicKey, generateKeyPair, type JsonWebKey, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { StateFile } from '../state-file.ts';

export type TokenAlgorithm = 'ES384' | 'RS256';

/** What is kept of the keys: each as a private JSON Web Key. */
export interface KeptTokenKeys {
  keys: Partial<Record<TokenAlgorithm, JsonWebKey>>;
}

/** The keys that identity tokens are signed with, made when first needed. */
export interface TokenKeys {
  /** The compact JWS of these claims. */
  readonly sign: (algorithm: TokenAlgorithm, claims: object) => Promise<string>;
  /** The public halves of all of them, as a JSON Web Key Set. */
  readonly published: () => Promise<{ readonly keys: readonly JsonWebKey[] }>;
}

const kids: Readonly<Record<TokenAlgorithm, string>> = { ES384: 'EC384_0', RS256: 'RSA_0' };
const generate = promisify(generateKeyPair);

export function createTokenKeys(file: StateFile<KeptTokenKeys>): TokenKeys {
  const making = new Map<TokenAlgorithm, Promise<JsonWebKey>>();

  const make = async (algorithm: TokenAlgorithm): Promise<JsonWebKey> => {
    const kept = file.state.keys[algorithm];
    if (kept !== undefined) return kept;
    const { privateKey } =
      algorithm === 'ES384'
        ? await generate('ec', { namedCurve: 'P-384' })
        : await generate('rsa', { modulusLength: 2048 });
    const jwk = privateKey.export({ format: 'jwk' });
    file.state.keys = { ...file.state.keys, [algorithm]: jwk };
    await file.commit();
    return jwk;
  };
  const keyOf = (algorithm: TokenAlgorithm): Promise<JsonWebKey> => {
    const key = making.get(algorithm) ?? make(algorithm);
    making.set(algorithm, key);
    return key;
  };

  return {
    sign: async (algorithm, claims) => {
      const key = createPrivateKey({ key: await keyOf(algorithm), format: 'jwk' });
      const header = { alg: algorithm, kid: kids[algorithm], typ: 'JWT' };
      const input = [header, claims]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.');
      const signature = sign(algorithm === 'ES384' ? 'sha384' : 'sha256', Buffer.from(input), {
        key,
        dsaEncoding: 'ieee-p1363',
      });
      return `${input}.${signature.toString('base64url')}`;
    },
    published: async () => ({
      keys: await Promise.all(
        (['ES384', 'RS256'] as const).map(async (algorithm) => {
          const key = createPublicKey({ key: await keyOf(algorithm), format: 'jwk' });
          return { ...key.export({ format: 'jwk' }), kid: kids[algorithm], alg: algorithm, use: 'sig' };
        }),
      ),
    }),
  };
}
