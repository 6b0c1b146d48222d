import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { certificateAuthority } from '../../../local/tls/authority.ts';
import { writeDemoClient } from '../../../local/tls/demo-client.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'demo-client-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

test('a demo client has its certificate, a key that only this user reads, and the authority behind both', () => {
  const files = writeDemoClient(certificateAuthority('Local'), join(directory, 'tls'));
  const [ca, cert, key] = [files.ca, files.certificate, files.key].map((file) => readFileSync(file, 'utf8'));
  const certificate = new X509Certificate(cert ?? '');
  expect(certificate.subject).toBe('CN=demo-client');
  expect(certificate.verify(new X509Certificate(ca ?? '').publicKey)).toBe(true);
  expect(() => createSecureContext({ cert, key })).not.toThrow();
  expect(statSync(files.key).mode & 0o077).toBe(0);
});

test('an authority that was kept is the same after a restart', () => {
  const kept = join(directory, 'kept');
  const { certificate } = certificateAuthority('Local', kept);
  expect(certificateAuthority('Local', kept).certificate).toBe(certificate);
  expect(certificateAuthority('Local').certificate).not.toBe(certificate);
});
