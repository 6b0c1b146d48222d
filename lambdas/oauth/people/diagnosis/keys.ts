import type { Finding, Seen } from '../../../ports/diagnosis.ts';
import { answeredObject } from './answered.ts';
import { error, found, warning } from './check.ts';
import { printable } from './issuer.ts';
import type { LookedAt } from './provider.ts';

type Key = Readonly<Record<string, unknown>>;

/** Bits. */
const leastModulus = 2_048;

/** What is wrong with the keys by which id_tokens are signed. */
export function judgeKeys(idp: LookedAt, url: string, seen: Seen): readonly Finding[] {
  const read = answeredObject(seen, { name: 'The key set (jwks_uri)', url }, idp);
  if (!read.ok) return [read.refusal];
  const listed = read.value['keys'];
  const keys = Array.isArray(listed) ? (listed as readonly unknown[]).filter(isObject) : undefined;
  if (keys === undefined || keys.length === 0) return [noKeys(keys)];
  const signing = keys.filter(mayVerify);
  return found(
    signing.some((key) => !isWeak(key)) ? undefined : noUsableKey(signing.length),
    duplicates(signing),
    weakFinding(signing),
    namelessFinding(signing),
    privateFinding(keys),
  );
}

function noKeys(keys: readonly Key[] | undefined): Finding {
  return error('jwks_empty', {
    what: keys === undefined ? 'The key set has no list of keys' : 'The key set is empty',
    why: 'No id_token can be verified, and so nobody can sign in.',
    fix: 'Let the provider publish the public key by which it signs id_tokens, with use "sig".',
  });
}

function noUsableKey(signing: number): Finding {
  return error('jwks_no_usable_key', {
    what:
      signing === 0
        ? 'The key set has no key that signs by RSA or an elliptic curve'
        : 'Every key of the key set is too weak',
    why: 'No id_token can be verified, and so nobody can sign in.',
    fix: 'Let the provider sign id_tokens by RS256 with a key of 2048 bits or more, or by ES256.',
  });
}

function duplicates(keys: readonly Key[]): Finding | undefined {
  const seen = new Set<string>();
  const twice = keys.flatMap(({ kid }) => {
    if (typeof kid !== 'string') return [];
    if (seen.has(kid)) return [kid];
    seen.add(kid);
    return [];
  });
  const [kid] = twice;
  if (kid === undefined) return undefined;
  return warning('jwks_duplicate_kid', {
    what: `The key set has several keys with the kid ${printable(kid)}`,
    why: 'An id_token names the key it was signed by: of two with one name, verifiers may try the wrong one.',
    fix: 'Give each key a kid of its own.',
  });
}

function weakFinding(keys: readonly Key[]): Finding | undefined {
  const weak = keys.filter(isWeak);
  if (weak.length === 0) return undefined;
  return warning('jwks_weak_rsa', {
    what: `${weak.length} of ${keys.length} keys of the key set ${weak.length === 1 ? 'is an RSA key' : 'are RSA keys'} of less than ${leastModulus} bits`,
    // RFC 7518 §3.3: a key of 2048 bits or larger is for these algorithms.
    why: 'Signatures by such a key are not taken: it can be computed from what is public.',
    fix: 'Make new keys of 2048 bits or more at the provider, and retire these.',
  });
}

function namelessFinding(keys: readonly Key[]): Finding | undefined {
  if (keys.length < 2 || keys.every(({ kid }) => typeof kid === 'string')) return undefined;
  return warning('jwks_without_kid', {
    what: 'The key set has several keys, and not each of them a kid',
    why: 'Every key has to be tried for an id_token, and no more than ten are.',
    fix: 'Give each key a kid of its own.',
  });
}

function privateFinding(keys: readonly Key[]): Finding | undefined {
  if (!keys.some((key) => Object.hasOwn(key, 'd') || key['kty'] === 'oct')) return undefined;
  return error('jwks_private', {
    what: 'The key set publishes a private or symmetric key',
    why: 'Whoever reads it can sign as the provider: everybody can be anybody here.',
    fix: 'Disable this provider now (`vestibule idp disable`), replace the key there, and publish public members alone.',
  });
}

/** RFC 7517 §4.2, §4.3: whether a signature may be verified with it. */
function mayVerify({ kty, use, key_ops: operations }: Key): boolean {
  const isOfKind = kty === 'RSA' || kty === 'EC' || kty === 'OKP';
  return (
    isOfKind &&
    (use === undefined || use === 'sig') &&
    (!Array.isArray(operations) || operations.includes('verify'))
  );
}

function isWeak({ kty, n }: Key): boolean {
  if (kty !== 'RSA') return false;
  const modulus = Buffer.from(typeof n === 'string' ? n : '', 'base64url');
  const first = modulus.findIndex((byte) => byte !== 0);
  return first === -1 || (modulus.length - first) * 8 - Math.clz32(modulus[first] ?? 0) + 24 < leastModulus;
}

function isObject(value: unknown): value is Key {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
