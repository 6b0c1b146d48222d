import { compactVerify, type JWK } from 'jose';
import * as v from 'valibot';
import type { Secret } from '../../runtime/secret.ts';
import type { IdTokenAlgorithm } from '../people/id-token.ts';
import type { AssertionAlgorithm, AwsAlgorithm } from './assertion-algorithms.ts';

type Algorithm = AssertionAlgorithm | AwsAlgorithm | IdTokenAlgorithm;

/** As many keys as are tried for an assertion that does not name its key: all that a client may register. */
const mostCandidates = 10;

/** What we read of a public key; jose judges the rest. */
const publicKeyShape = v.looseObject({
  kty: v.string(),
  crv: v.optional(v.string()),
  kid: v.optional(v.string()),
  alg: v.optional(v.string()),
  use: v.optional(v.string()),
  key_ops: v.optional(v.array(v.string())),
  d: v.optional(v.never()),
});

interface KeyType {
  readonly kty: string;
  readonly crv?: string;
  /** What the `alg` of a fitting key may be. */
  readonly algorithms: readonly string[];
}

// RFC 9864 §2.2: Ed25519 is the full name of what EdDSA means with a key of that curve; clients sign under either.
const ed25519: KeyType = { kty: 'OKP', crv: 'Ed25519', algorithms: ['EdDSA', 'Ed25519'] };

const keyTypes: Readonly<Record<Algorithm, KeyType>> = {
  RS256: { kty: 'RSA', algorithms: ['RS256'] },
  RS384: { kty: 'RSA', algorithms: ['RS384'] },
  RS512: { kty: 'RSA', algorithms: ['RS512'] },
  PS256: { kty: 'RSA', algorithms: ['PS256'] },
  PS384: { kty: 'RSA', algorithms: ['PS384'] },
  PS512: { kty: 'RSA', algorithms: ['PS512'] },
  ES256: { kty: 'EC', crv: 'P-256', algorithms: ['ES256'] },
  ES384: { kty: 'EC', crv: 'P-384', algorithms: ['ES384'] },
  ES512: { kty: 'EC', crv: 'P-521', algorithms: ['ES512'] },
  EdDSA: ed25519,
  Ed25519: ed25519,
};

/** Those of a client's keys that may have signed the assertion. */
export function candidates(
  keys: readonly unknown[],
  { algorithm, kid }: { readonly algorithm: Algorithm; readonly kid: string | undefined },
): readonly JWK[] {
  return keys
    .filter((key): key is JWK => v.is(publicKeyShape, key))
    .filter((key) => fits(key, algorithm) && (kid === undefined || key.kid === kid))
    .slice(0, mostCandidates);
}

/** Whether one of the keys signed the assertion. */
export async function isSignedByOneOf(
  keys: readonly JWK[],
  assertion: Secret,
  algorithm: Algorithm,
): Promise<boolean> {
  for (const key of keys) {
    if (await isSignedBy(key, assertion, algorithm)) return true;
  }
  return false;
}

// RFC 7517 §4.2, §4.3: a key made for another algorithm, use or operation is not ours to verify with.
function fits(key: JWK, algorithm: Algorithm): boolean {
  const { kty, crv, algorithms } = keyTypes[algorithm];
  return (
    key.kty === kty &&
    (crv === undefined || key.crv === crv) &&
    algorithms.includes(key.alg ?? algorithm) &&
    (key.use ?? 'sig') === 'sig' &&
    (key.key_ops?.includes('verify') ?? true)
  );
}

async function isSignedBy(key: JWK, assertion: Secret, algorithm: Algorithm): Promise<boolean> {
  try {
    await compactVerify(assertion.reveal(), { ...key, alg: algorithm }, { algorithms: [algorithm] });
    return true;
  } catch {
    return false;
  }
}
