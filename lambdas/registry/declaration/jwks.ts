import { createPublicKey } from 'node:crypto';
import * as v from 'valibot';
import { isDistinct } from './fields.ts';

/** What a stored key keeps: enough to verify with, and nothing that came along. */
const publicMembers = ['kty', 'kid', 'use', 'alg', 'key_ops', 'crv', 'n', 'e', 'x', 'y'] as const;
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const;
const weakestRsaBits = 2_048;
const algorithms: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['RSA', ['RS256', 'PS256']],
  ['EC', ['ES256']],
  ['OKP', ['EdDSA', 'Ed25519']],
]);

export type PublicKey = Readonly<Record<string, string | string[]>>;
type Jwk = Readonly<Record<string, unknown>>;

const verificationKey = v.pipe(
  v.record(v.string(), v.unknown(), 'must be a JSON Web Key'),
  v.rawTransform<Jwk, PublicKey>(({ dataset, addIssue, NEVER }) => {
    const fault = faultOf(dataset.value);
    if (fault === undefined) return publicHalf(dataset.value);
    addIssue({ message: fault });
    return NEVER;
  }),
);

/** The public keys by which a client is known. */
export const jwks = v.strictObject(
  {
    keys: v.pipe(
      v.array(verificationKey, 'must be a list of keys'),
      v.minLength(1, 'must hold at least one key'),
      v.maxLength(10, 'must not hold more than 10 keys'),
      v.check(
        (keys) =>
          isDistinct(keys.map(({ kid }, position) => (typeof kid === 'string' ? kid : `#${position}`))),
        'must not give two keys the same kid',
      ),
    ),
  },
  'must be a JSON Web Key Set: { "keys": [ … ] }',
);

/** What keeps a key from being one that a client may be known by. */
function faultOf(key: Jwk): string | undefined {
  if (key['kty'] === 'oct') return 'is a symmetric key; register a public RSA, P-256 or Ed25519 key';
  if (privateMembers.some((member) => member in key)) {
    return 'holds private key material: publish only the public half, and replace the key pair, because this half was sent';
  }
  const allowed = algorithms.get(key['kty']);
  if (allowed === undefined) return 'has a kty other than RSA, EC or OKP';
  return faultOfUse(key, allowed) ?? faultOfMaterial(key) ?? faultOfText(key);
}

function faultOfUse(key: Jwk, allowed: readonly string[]): string | undefined {
  if (key['kid'] !== undefined && typeof key['kid'] !== 'string') return 'has a kid that is not text';
  if (key['use'] !== undefined && key['use'] !== 'sig') return 'is not for signatures; its use must be "sig"';
  if (key['key_ops'] !== undefined && !isListWith(key['key_ops'], 'verify')) {
    return 'is not for verifying; its key_ops must contain "verify"';
  }
  if (key['alg'] === undefined || allowed.some((name) => name === key['alg'])) return undefined;
  return `has an alg other than ${allowed.join(' or ')}`;
}

function faultOfMaterial(key: Jwk): string | undefined {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey({
      key,
      format: 'jwk',
    });
    if (asymmetricKeyType === 'rsa') {
      return (asymmetricKeyDetails?.modulusLength ?? 0) >= weakestRsaBits
        ? undefined
        : `is an RSA key of less than ${weakestRsaBits} bits; make a larger one`;
    }
    if (asymmetricKeyType === 'ed25519') return undefined;
    return asymmetricKeyDetails?.namedCurve === 'prime256v1'
      ? undefined
      : 'is on a curve other than P-256 or Ed25519';
  } catch {
    return 'is not a complete public key of its kty';
  }
}

/** Members of other kinds of key are stored along; one that is no text would make the client unreadable. */
function faultOfText(key: Jwk): string | undefined {
  const texts: readonly unknown[] = Object.values(publicHalf(key)).flat();
  const isStorable = texts.every((text) => typeof text === 'string' && text.isWellFormed());
  return isStorable ? undefined : 'has a member that is not well-formed text';
}

function isListWith(value: unknown, member: string): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string') && value.includes(member);
}

function publicHalf(key: Jwk): PublicKey {
  const members = publicMembers.filter((member) => key[member] !== undefined);
  return Object.fromEntries(members.map((member) => [member, key[member] as string | string[]]));
}
