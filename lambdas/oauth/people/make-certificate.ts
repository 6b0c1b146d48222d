import type { AssertionSigner } from '../../ports/assertion-signer.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type {
  CertificateRefusal,
  MadeCertificate,
  WantedCertificate,
} from '../../ports/provider-certificates.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { sha256 } from '../../runtime/digest.ts';
import type { Random } from '../../runtime/random.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { signedCertificate, unsignedCertificate } from './certificate.ts';

/** Has a provider key sign a certificate of itself, and nothing that a caller wrote. */
export async function makeCertificate(
  { signer, random }: { readonly signer: AssertionSigner; readonly random: Random },
  idp: IdentityProvider | undefined,
  { key: wanted, days }: WantedCertificate,
  now: Instant,
): Promise<Result<MadeCertificate, CertificateRefusal>> {
  if (idp === undefined) return refuse('not_found');
  if (idp.clientProof.method === 'client_secret') return refuse('not_by_key');
  const { keys } = idp.clientProof;
  const key = wanted === undefined ? keys[0] : keys.find(({ id }) => id === wanted);
  if (key === undefined) return refuse('key_unknown');
  if (key.publicJwk.kty !== 'RSA') return refuse('not_rsa');
  const notAfter = after(now, days * 86_400);
  const unsigned = unsignedCertificate({
    ...{ publicJwk: key.publicJwk, commonName: idp.id, serial: Buffer.from(random(16), 'base64url') },
    // The clock of who reads it may be behind.
    ...{ notBefore: after(now, -300), notAfter },
  });
  const { pem, der } = signedCertificate(unsigned, await signer.sign(key, 'RS256', unsigned));
  return ok({ key: key.id, pem, thumbprint: sha256(der), notAfter });
}
