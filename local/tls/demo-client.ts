import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CertificateAuthority } from './authority.ts';

/** Files in PEM with which a client on this machine shows a certificate. */
export interface DemoClientFiles {
  /** What it trusts the server by. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** Issues the certificate `CN=demo-client`, and writes it where only this user reads its key. */
export function writeDemoClient(
  { certificate: ca, issue }: CertificateAuthority,
  directory: string,
): DemoClientFiles {
  const issued = issue({ subject: [[['2.5.4.3', 'demo-client']]] });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const write = (name: string, content: string): string => {
    const file = join(directory, name);
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  };
  return {
    ca: write('ca.pem', ca),
    certificate: write('demo-client.pem', issued.certificate),
    key: write('demo-client-key.pem', issued.key),
  };
}
