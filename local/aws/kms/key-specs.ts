import { p256, p384, p521 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { AwsError } from '../service.ts';

type Curve = typeof p256;

/** What a KeySpec means. */
export type KeySpec =
  | {
      readonly family: 'ec';
      readonly curve: string;
      readonly ecdsa: Curve;
      readonly algorithms: readonly string[];
    }
  | { readonly family: 'rsa'; readonly bits: number; readonly algorithms: readonly string[] }
  | { readonly family: 'ed25519'; readonly algorithms: readonly string[] }
  | {
      readonly family: 'hmac';
      readonly hash: string;
      readonly bytes: number;
      readonly algorithms: readonly string[];
    }
  | { readonly family: 'symmetric'; readonly algorithms: readonly string[] };

const rsaAlgorithms = ['RSASSA_PSS', 'RSASSA_PKCS1_V1_5'].flatMap((scheme) =>
  [256, 384, 512].map((bits) => `${scheme}_SHA_${bits}`),
);

function ec(curve: string, ecdsa: Curve, bits: number): KeySpec {
  return { family: 'ec', curve, ecdsa, algorithms: [`ECDSA_SHA_${bits}`] };
}

function rsa(bits: number): KeySpec {
  return { family: 'rsa', bits, algorithms: rsaAlgorithms };
}

function hmac(bits: number): KeySpec {
  return { family: 'hmac', hash: `sha${bits}`, bytes: bits / 8, algorithms: [`HMAC_SHA_${bits}`] };
}

const specs: Readonly<Record<string, KeySpec>> = {
  SYMMETRIC_DEFAULT: { family: 'symmetric', algorithms: ['SYMMETRIC_DEFAULT'] },
  RSA_2048: rsa(2048),
  RSA_3072: rsa(3072),
  RSA_4096: rsa(4096),
  ECC_NIST_P256: ec('P-256', p256, 256),
  ECC_NIST_P384: ec('P-384', p384, 384),
  ECC_NIST_P521: ec('P-521', p521, 512),
  ECC_SECG_P256K1: ec('secp256k1', secp256k1, 256),
  ECC_NIST_EDWARDS25519: { family: 'ed25519', algorithms: ['ED25519_SHA_512'] },
  HMAC_224: hmac(224),
  HMAC_256: hmac(256),
  HMAC_384: hmac(384),
  HMAC_512: hmac(512),
};

export type KeyUsage = 'SIGN_VERIFY' | 'ENCRYPT_DECRYPT' | 'GENERATE_VERIFY_MAC';

const encryption = ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'];

export function keySpec(name: string): KeySpec {
  const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
  if (spec === undefined) throw new AwsError('ValidationException', `KeySpec ${name} is not supported.`);
  return spec;
}

/** The algorithms of a key; a usage that the spec does not have is refused. */
export function algorithmsOf(name: string, usage: KeyUsage): readonly string[] {
  const spec = keySpec(name);
  const usages: Record<KeySpec['family'], readonly KeyUsage[]> = {
    ec: ['SIGN_VERIFY'],
    ed25519: ['SIGN_VERIFY'],
    rsa: ['SIGN_VERIFY', 'ENCRYPT_DECRYPT'],
    hmac: ['GENERATE_VERIFY_MAC'],
    symmetric: ['ENCRYPT_DECRYPT'],
  };
  if (!usages[spec.family].includes(usage)) {
    throw new AwsError('ValidationException', `KeyUsage ${usage} is not compatible with KeySpec ${name}.`);
  }
  return spec.family === 'rsa' && usage === 'ENCRYPT_DECRYPT' ? encryption : spec.algorithms;
}
