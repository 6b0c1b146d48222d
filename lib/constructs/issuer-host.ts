import { DomainName, SecurityPolicy } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { ApiGatewayv2DomainProperties } from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';
import type { IssuerConfig } from '../config/config.ts';

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
    if (!hostedZone) return;
    const { regionalDomainName, regionalHostedZoneId } = this.domainName;
    new ARecord(this, 'Alias', {
      zone: HostedZone.fromHostedZoneAttributes(this, 'Zone', {
        hostedZoneId: hostedZone.id,
        zoneName: hostedZone.name,
      }),
      recordName: `${hostname}.`,
      target: RecordTarget.fromAlias(
        new ApiGatewayv2DomainProperties(regionalDomainName, regionalHostedZoneId),
      ),
    });
  }
}
