import { DomainName, SecurityPolicy } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Construct } from 'constructs';
import type { IssuerConfig } from '../config/config.ts';
import { aliasHost } from './host-alias.ts';

/** The issuer's own host name, with its certificate and, where a zone is given, its alias. */
export class IssuerHost extends Construct {
  readonly domainName: DomainName;

  constructor(scope: Construct, id: string, { url, certificateArn, hostedZone }: IssuerConfig) {
    super(scope, id);
    const { hostname } = new URL(url);
    this.domainName = new DomainName(this, 'DomainName', {
      domainName: hostname,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      securityPolicy: SecurityPolicy.TLS_1_2,
    });
    if (hostedZone) aliasHost(this, hostname, this.domainName, hostedZone);
  }
}
