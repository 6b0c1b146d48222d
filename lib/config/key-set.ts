import { createPublicKey } from 'node:crypto';
import * as v from 'valibot';
import { fields, listOf, mapOf, text } from './fields.ts';

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

const publicKey = v.pipe(
  mapOf(text(), v.unknown()),
  v.rawCheck(({ dataset, addIssue }) => {
    const message = dataset.typed ? faultOf(dataset.value) : undefined;
    if (message !== undefined) addIssue({ message });
  }),
);

/** The public keys of a client. A message never shows a key, for it may be a private one. */
export const keySet = fields({
  keys: v.pipe(listOf(publicKey), v.minLength(1, 'holds no key; write at least one')),
});

function faultOf(key: Readonly<Record<string, unknown>>): string | undefined {
  if (privateMembers.some((member) => member in key)) {
    return 'holds private key material; write the public half only, and replace the key pair';
  }
  try {
    return faultOfKind(createPublicKey({ key: key, format: 'jwk' }));
  } catch {
    return 'is not a public JSON Web Key; write an RSA, P-256 or Ed25519 key';
  }
}

function faultOfKind(key: ReturnType<typeof createPublicKey>): string | undefined {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa') {
    return modulusLength >= 2048 ? undefined : 'is an RSA key of less than 2048 bits; make a larger one';
  }
  const accepted = key.asymmetricKeyType === 'ed25519' || namedCurve === 'prime256v1';
  return accepted ? undefined : 'is on a curve other than P-256 and Ed25519; make a key on one of these';
}
