import { describe, expect, test } from 'vitest';
import type { VestibuleConfig } from '../../lib/index.ts';
import { VestibuleStack } from '../../lib/stacks/vestibule-stack.ts';
import { aConfig, anApp, anIssuer, templateOf } from './synthesized.ts';

const certificateArn = 'arn:aws:acm:eu-west-1:111122223333:certificate/99999999-2222-3333-4444-555555555555';
const mutualTls: NonNullable<VestibuleConfig['mutualTls']> = {
  url: 'https://mtls.example.com',
  certificateArn,
  truststore: { bucket: 'example-truststore', key: 'agents/clients.pem', version: 'v7' },
};

describe('the host where clients show certificates', () => {
  const template = templateOf({ ...aConfig, issuer: anIssuer, mutualTls });
  const domains = Object.entries(template.findResources('AWS::ApiGatewayV2::DomainName'));
  const [id, domain] =
    domains.find(([, { Properties: made }]) => 'MutualTlsAuthentication' in (made as object)) ?? [];

  test('asks every caller for a certificate of one version of the truststore, by TLS 1.2 at least', () => {
    expect(domain?.['Properties']).toMatchObject({
      DomainName: 'mtls.example.com',
      DomainNameConfigurations: [{ CertificateArn: certificateArn, SecurityPolicy: 'TLS_1_2' }],
      MutualTlsAuthentication: {
        TruststoreUri: 's3://example-truststore/agents/clients.pem',
        TruststoreVersion: 'v7',
      },
    });
  });

  test('leads to the API, beside the host of the issuer, which asks nobody, and nothing else does', () => {
    expect(domains).toHaveLength(2);
    const mappings = Object.values(template.findResources('AWS::ApiGatewayV2::ApiMapping'));
    expect(JSON.stringify(mappings)).toContain(id);
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: true });
  });

  test('is told by the metadata', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { MUTUAL_TLS: 'https://mtls.example.com' } },
    });
  });
});

test('its alias, and a certificate that shows whose the host is, are made where they are wanted', () => {
  const ownershipCertificateArn = certificateArn.replace('99999999', '88888888');
  const hostedZone = { id: 'Z1', name: 'example.com' };
  const template = templateOf({
    ...aConfig,
    mutualTls: { ...mutualTls, ownershipCertificateArn, hostedZone },
  });
  template.hasResourceProperties('AWS::Route53::RecordSet', { Name: 'mtls.example.com.', Type: 'A' });
  template.hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
    DomainNameConfigurations: [{ OwnershipVerificationCertificateArn: ownershipCertificateArn }],
  });
});

test('a certificate of another Region than the stack is refused', () => {
  const stack = (region: string) => () =>
    new VestibuleStack(anApp(), 'Vestibule', { config: { ...aConfig, mutualTls }, env: { region } });
  expect(stack('us-west-2')).toThrow(
    `mutualTls.certificateArn: '${certificateArn}' is of eu-west-1; the stack and its API are in us-west-2: name a certificate of there`,
  );
  expect(stack('eu-west-1')).not.toThrow();
});
