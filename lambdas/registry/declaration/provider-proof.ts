import { X509Certificate } from 'node:crypto';
import * as v from 'valibot';
import { profileOf } from '../../oauth/people/profiles/profile-of.ts';
import {
  assertionAlgorithms,
  assertionAudiences,
  type ClientProof,
  type KeyCertificate,
  type ProfileName,
  type ProviderKey,
} from '../../ports/identity-providers.ts';
import { instant } from '../../runtime/clock.ts';
import { sha256 } from '../../runtime/digest.ts';
import { keyThumbprint } from '../key-thumbprint.ts';
import { identifier, isDistinct } from './fields.ts';

/** The public half, as KMS tells it: nobody else writes it. */
const publicJwk = v.variant('kty', [
  v.object({ kty: v.literal('RSA'), n: v.string(), e: v.string() }),
  v.object({ kty: v.literal('EC'), crv: v.literal('P-256'), x: v.string(), y: v.string() }),
]);

const providerKey = v.strictObject({ id: identifier, key_arn: v.string(), jwk: publicJwk });

const certificate = v.pipe(
  v.string('must be text'),
  v.rawTransform<string, X509Certificate>(({ dataset, addIssue, NEVER }) => {
    try {
      return new X509Certificate(dataset.value);
    } catch {
      addIssue({ message: 'must be a certificate in PEM' });
      return NEVER;
    }
  }),
);

/** How the deployment proves itself by a key: in the declaration of an identity provider. */
export const proofByKey = v.pipe(
  v.strictObject({
    alg: v.picklist(assertionAlgorithms, `must be one of ${assertionAlgorithms.join(', ')}`),
    audience: v.exactOptional(
      v.picklist(assertionAudiences, `must be one of ${assertionAudiences.join(', ')}`),
    ),
    keys: v.pipe(
      v.tupleWithRest([providerKey], providerKey),
      v.check((keys) => isDistinct(keys.map(({ id }) => id)), 'must not name a key twice'),
    ),
    certificate: v.exactOptional(certificate),
  }),
  v.check(
    ({ alg, keys }) => keys.every(({ jwk }) => (jwk.kty === 'EC') === (alg === 'ES256')),
    'must have keys that its alg signs with',
  ),
  v.forward(
    v.check(
      ({ certificate: given, keys: [key] }) => given === undefined || isOf(given, key.jwk),
      'must be that of the first key: `vestibule idp certificate` makes one',
    ),
    ['certificate'],
  ),
);

type Declared = v.InferOutput<typeof proofByKey>;

/** By a key where there is one, named to the provider as its profile documents. */
export function clientProof(profile: ProfileName, declared: Declared | undefined): ClientProof {
  if (declared === undefined) return { method: 'client_secret' };
  const { alg, audience = profileOf({ profile }).assertionAudience, keys } = declared;
  const [first, ...others] = keys;
  return {
    ...{ method: 'private_key_jwt', alg, audience },
    keys: [keyFrom(first), ...others.map(keyFrom)],
    ...(declared.certificate && { certificate: certificateOf(declared.certificate) }),
  };
}

function keyFrom({ id, key_arn: keyArn, jwk }: v.InferOutput<typeof providerKey>): ProviderKey {
  return { id, keyArn, kid: keyThumbprint(jwk), publicJwk: jwk };
}

function isOf({ publicKey }: X509Certificate, jwk: v.InferOutput<typeof publicJwk>): boolean {
  const read = v.safeParse(publicJwk, publicKey.export({ format: 'jwk' }));
  return read.success && keyThumbprint(read.output) === keyThumbprint(jwk);
}

function certificateOf({ raw, validTo }: X509Certificate): KeyCertificate {
  return { thumbprint: sha256(raw), notAfter: instant(Math.floor(Date.parse(validTo) / 1_000)) };
}
