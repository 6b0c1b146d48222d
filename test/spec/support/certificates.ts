import type { ClientConfig, MutualTlsConfig, VestibuleConfig } from '../../../lib/index.ts';
import type { CertificateRequest, IssuedCertificate } from '../../../local/tls/certificate.ts';
import { tlsFetch } from '../../support/tls-fetch.ts';
import type { TestDeployment } from '../../support/deployment.ts';
import { config as exampleConfig } from '../../../vestibule.config.ts';
import { answer, type Answer, type Driver, drive } from './driver.ts';

/** Of the template only: the local run has its own host, certificate and truststore. */
export const mutualTls: MutualTlsConfig = {
  url: 'https://mtls.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/00000000-0000-4000-8000-000000000000',
  truststore: { bucket: 'example-truststore', key: 'clients.pem', version: 'first' },
};

/** The example deployment, with a host where clients show certificates. */
export function withCertificates(...clients: readonly ClientConfig[]): VestibuleConfig {
  return { ...exampleConfig, mutualTls, clients: [...exampleConfig.clients, ...clients] };
}

const types = { C: '2.5.4.6', O: '2.5.4.10', OU: '2.5.4.11', CN: '2.5.4.3' } as const;

/** `[['O', 'Example'], ['CN', 'reporter']]`, from the root on. */
export function named(
  ...steps: readonly (readonly [keyof typeof types, string])[]
): CertificateRequest['subject'] {
  return steps.map(([type, value]) => [[types[type], value]]);
}

/** The host where clients show certificates, as one of them sees it. */
export interface CertificateDriver extends Pick<Driver, 'send' | 'token'> {
  readonly origin: string;
  readonly fetch: typeof fetch;
}

/** Drives the second host with a certificate; without one, no connection is made. */
export async function driveWith(
  deployment: TestDeployment,
  certificate: IssuedCertificate | undefined,
): Promise<CertificateDriver> {
  const { body } = await drive(deployment).get('/.well-known/openid-configuration');
  const aliases = body['mtls_endpoint_aliases'] as Readonly<Record<string, string>>;
  const { origin } = new URL(aliases['token_endpoint'] ?? '');
  const fetchWith = tlsFetch(deployment.run.clientAuthority.certificate, certificate);
  const send = async (path: string, init: RequestInit): Promise<Answer> =>
    answer(await fetchWith(`${origin}${path}`, init));
  return {
    ...{ origin, send, fetch: fetchWith },
    token: (form, headers = {}) =>
      send('/token', {
        method: 'POST',
        headers,
        body: new URLSearchParams(
          Array.isArray(form) ? (form as [string, string][]) : (form as Record<string, string>),
        ),
      }),
  };
}
