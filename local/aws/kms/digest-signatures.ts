import {
  constants,
  createHash,
  type KeyObject,
  privateEncrypt,
  publicDecrypt,
  randomBytes,
} from 'node:crypto';
import type { KeySpec } from './key-specs.ts';

/**
 * Signatures over a digest that the caller computed. node:crypto hashes what it signs, so ECDSA comes from
 * @noble/curves and the two RSA paddings are laid out here (RFC 8017 §8.1, §8.2, §9.1).
 */
export interface DigestSignature {
  readonly spec: KeySpec;
  readonly algorithm: string;
  readonly digest: Buffer;
}

/** The SHA-2 function that a signing algorithm's name ends with. */
export function hashOf(algorithm: string): string {
  return `sha${algorithm.slice(-3)}`;
}

export function signDigest({ spec, algorithm, digest }: DigestSignature, key: KeyObject): Uint8Array {
  if (spec.family === 'ec') {
    const secret = Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url');
    return spec.ecdsa.sign(digest, secret, { prehash: false, lowS: false, format: 'der' });
  }
  if (algorithm.includes('PSS')) {
    return privateEncrypt(
      { key, padding: constants.RSA_NO_PADDING },
      pssEncode(digest, algorithm, bitsOf(spec)),
    );
  }
  return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, digestInfo(algorithm, digest));
}

export function verifyDigest(signed: DigestSignature, key: KeyObject, signature: Buffer): boolean {
  const { spec, algorithm, digest } = signed;
  try {
    if (spec.family === 'ec') {
      const options = { prehash: false, lowS: false, format: 'der' } as const;
      return spec.ecdsa.verify(signature, digest, uncompressedPoint(key), options);
    }
    if (algorithm.includes('PSS')) {
      const encoded = publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, signature);
      return pssVerify(encoded, digest, algorithm, bitsOf(spec));
    }
    return publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature).equals(
      digestInfo(algorithm, digest),
    );
  } catch {
    return false;
  }
}

function bitsOf(spec: KeySpec): number {
  if (spec.family !== 'rsa') throw new TypeError(`${spec.family} keys have no RSA padding.`);
  return spec.bits;
}

function uncompressedPoint(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
}

const digestInfoPrefixes: Readonly<Record<string, string>> = {
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
};

function digestInfo(algorithm: string, digest: Buffer): Buffer {
  return Buffer.concat([Buffer.from(digestInfoPrefixes[hashOf(algorithm)] ?? '', 'hex'), digest]);
}

/** EMSA-PSS with a salt as long as the hash, as KMS makes it. */
function pssEncode(digest: Buffer, algorithm: string, bits: number): Buffer {
  const salt = randomBytes(digest.length);
  const seed = pssHash(digest, salt, algorithm);
  const padding = Buffer.alloc(Math.ceil((bits - 1) / 8) - salt.length - seed.length - 2);
  const block = Buffer.concat([padding, Buffer.from([1]), salt]);
  return Buffer.concat([masked(block, seed, algorithm, bits), seed, Buffer.from([0xbc])]);
}

function pssVerify(encoded: Buffer, digest: Buffer, algorithm: string, bits: number): boolean {
  const seedStart = encoded.length - digest.length - 1;
  const seed = encoded.subarray(seedStart, -1);
  const block = masked(encoded.subarray(0, seedStart), seed, algorithm, bits);
  const separator = block.length - digest.length - 1;
  if (encoded.at(-1) !== 0xbc || block[separator] !== 1) return false;
  if (block.subarray(0, separator).some((byte) => byte !== 0)) return false;
  return pssHash(digest, block.subarray(separator + 1), algorithm).equals(seed);
}

function pssHash(digest: Buffer, salt: Buffer, algorithm: string): Buffer {
  return createHash(hashOf(algorithm)).update(Buffer.alloc(8)).update(digest).update(salt).digest();
}

function masked(block: Buffer, seed: Buffer, algorithm: string, bits: number): Buffer {
  const mask = mgf1(seed, block.length, algorithm);
  const result = Buffer.from(block.map((byte, index) => byte ^ (mask[index] ?? 0)));
  const unusedBits = 8 * Math.ceil((bits - 1) / 8) - (bits - 1);
  result[0] = (result[0] ?? 0) & (0xff >> unusedBits);
  return result;
}

function mgf1(seed: Buffer, length: number, algorithm: string): Buffer {
  const blocks: Buffer[] = [];
  for (let counter = 0; blocks.length * seed.length < length; counter += 1) {
    const suffix = Buffer.alloc(4);
    suffix.writeUInt32BE(counter);
    blocks.push(createHash(hashOf(algorithm)).update(seed).update(suffix).digest());
  }
  return Buffer.concat(blocks).subarray(0, length);
}
