import type { DomainName } from 'aws-cdk-lib/aws-apigatewayv2';
import { ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { ApiGatewayv2DomainProperties } from 'aws-cdk-lib/aws-route53-targets';
import type { Construct } from 'constructs';
import type { HostedZoneConfig } from '../config/config.ts';

/** Points a host name at a domain of API Gateway. */
export function aliasHost(
  scope: Construct,
  hostname: string,
  { regionalDomainName, regionalHostedZoneId }: DomainName,
  zone: HostedZoneConfig,
): void {
  new ARecord(scope, 'Alias', {
    zone: HostedZone.fromHostedZoneAttributes(scope, 'Zone', { hostedZoneId: zone.id, zoneName: zone.name }),
    recordName: `${hostname}.`,
    target: RecordTarget.fromAlias(
      new ApiGatewayv2DomainProperties(regionalDomainName, regionalHostedZoneId),
    ),
  });
}
