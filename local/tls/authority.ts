import { createPrivateKey } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CertificateRequest,
  distinguishedName,
  type IssuedCertificate,
  makeCertificate,
} from './certificate.ts';

/** An authority of this machine alone, which issues certificates to servers and clients. */
export interface CertificateAuthority {
  /** Its own certificate, in PEM: what a truststore holds. */
  readonly certificate: string;
  readonly issue: (request: CertificateRequest) => IssuedCertificate;
}

const commonName = '2.5.4.3';

/** A new authority of that name; with a directory, the one that was kept there before. */
export function certificateAuthority(name: string, directory?: string): CertificateAuthority {
  const subject = [[[commonName, name]]] as const;
  const { certificate, key } = kept(directory, () => makeCertificate({ subject, usage: 'authority' }));
  const issuer = { name: distinguishedName(subject), key: createPrivateKey(key) };
  return { certificate, issue: (request) => makeCertificate(request, issuer) };
}

/** Clients on this machine trust it: without it, they would have to trust it anew at each start. */
function kept(directory: string | undefined, make: () => IssuedCertificate): IssuedCertificate {
  if (directory === undefined) return make();
  const [certificateFile, keyFile] = [join(directory, 'authority.pem'), join(directory, 'authority-key.pem')];
  if (existsSync(keyFile)) {
    return { certificate: readFileSync(certificateFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
  }
  const made = make();
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(certificateFile, made.certificate, { mode: 0o600 });
  writeFileSync(keyFile, made.key, { mode: 0o600 });
  return made;
}
