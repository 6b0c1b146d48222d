import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';
import type { Behaviour, Claims } from './behaviour.ts';

interface Key {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** How a played provider signs, and by which keys. */
export interface Signatures {
  readonly sign: (claims: Claims, header?: Claims) => Promise<string>;
  readonly rotate: () => void;
  /** Its key set. */
  readonly published: () => Promise<object>;
}

/** `secret`: what it signs with that signs by HS256. */
export function playSignatures(playing: () => Behaviour, secret: () => string): Signatures {
  const stranger = newKey();
  let key = newKey();
  return {
    sign: async (claims, header = {}) => {
      const { signing, header: usual, keyName } = playing();
      if (signing === 'none') return `${encoded({ ...header, alg: 'none' })}.${encoded(claims)}.`;
      if (signing === 'HS256') {
        return new SignJWT(claims)
          .setProtectedHeader({ ...header, alg: 'HS256' })
          .sign(Buffer.from(secret()));
      }
      const { privateKey } = signing === 'stranger' ? stranger : key;
      return new SignJWT(claims)
        .setProtectedHeader({ ...usual, alg: 'RS256', kid: keyName ?? key.kid, ...header })
        .sign(privateKey);
    },
    rotate: () => {
      key = newKey();
    },
    published: async () => {
      const { keyName: kid = key.kid, keys } = playing();
      const honest = [{ ...(await exportJWK(key.publicKey)), kid, alg: 'RS256', use: 'sig' }];
      return { keys: keys?.(honest) ?? honest };
    },
  };
}

function newKey(): Key {
  return { kid: randomUUID(), ...generateKeyPairSync('rsa', { modulusLength: 2_048 }) };
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
