import { describe, expect, it } from 'vitest';
import { declaredName } from '../../../lambdas/oauth/certificate-names/declared-name.ts';
import { readClientCertificate } from '../../../lambdas/oauth/mutual-tls/client-certificate.ts';
import { certificateFault } from '../../../lambdas/oauth/mutual-tls/prove-certificate.ts';
import { instant } from '../../../lambdas/runtime/clock.ts';
import { type CertificateRequest, makeCertificate } from '../../../local/tls/certificate.ts';

const now = 1_800_000_000;
const at = (seconds: number): Date => new Date((now + seconds) * 1_000);

function faultOf(request: Partial<CertificateRequest>): string | undefined {
  const { certificate } = makeCertificate({
    ...{ subject: [[['2.5.4.3', 'reporter']]], from: at(-10), until: at(10), ...request },
  });
  const name = declaredName('tls_client_auth_subject_dn', 'CN=Reporter');
  const read = readClientCertificate(certificate);
  if (name === undefined || read === undefined) throw new Error('nothing to compare');
  return certificateFault(read, name, instant(now))?.reason;
}

describe('a certificate of the right name', () => {
  it('is good from its beginning on, until its end', () => {
    expect(faultOf({})).toBeUndefined();
    expect(faultOf({ from: at(0) })).toBeUndefined();
    expect(faultOf({ from: at(1) })).toBe('certificate_out_of_time');
    expect(faultOf({ until: at(0) })).toBe('certificate_out_of_time');
  });

  it('is for clients, or for everything where it says nothing of that', () => {
    expect(faultOf({ usage: 'server' })).toBe('certificate_not_for_clients');
    expect(faultOf({ usage: 'authority' })).toBeUndefined();
  });

  it('tells nobody of another name what else is wrong with it', () => {
    const other: CertificateRequest['subject'] = [[['2.5.4.3', 'planner']]];
    expect(faultOf({ subject: other, usage: 'server', until: at(0) })).toBe('certificate_not_accepted');
  });
});
