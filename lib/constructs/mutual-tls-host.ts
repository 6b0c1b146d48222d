import {
  ApiMapping,
  DomainName,
  type HttpApi,
  type HttpStage,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { MutualTlsConfig } from '../config/config.ts';
import { aliasHost } from './host-alias.ts';

export interface MutualTlsHostProps extends MutualTlsConfig {
  readonly api: HttpApi;
  readonly stage: HttpStage;
}

/** The host of the API at which API Gateway asks every caller for a certificate. */
export class MutualTlsHost extends Construct {
  /** An origin, without a trailing slash. */
  readonly origin: string;

  constructor(scope: Construct, id: string, props: MutualTlsHostProps) {
    super(scope, id);
    const { url, certificateArn, ownershipCertificateArn: ownership, truststore, hostedZone } = props;
    const { hostname } = new URL(url);
    const domainName = new DomainName(this, 'DomainName', {
      domainName: hostname,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      ...(ownership !== undefined && {
        ownershipCertificate: Certificate.fromCertificateArn(this, 'OwnershipCertificate', ownership),
      }),
      securityPolicy: SecurityPolicy.TLS_1_2,
      mtls: {
        bucket: Bucket.fromBucketName(this, 'Truststore', truststore.bucket),
        key: truststore.key,
        version: truststore.version,
      },
    });
    new ApiMapping(this, 'Mapping', { api: props.api, domainName, stage: props.stage });
    // The local run has no host of that name: it serves what AWS calls the regional domain name.
    const runsLocally = String(this.node.tryGetContext('vestibule:local')) === 'true';
    this.origin = runsLocally ? `https://${domainName.regionalDomainName}` : url;
    if (hostedZone && !runsLocally) aliasHost(this, hostname, domainName, hostedZone);
  }
}
