import { Duration, Fn } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  CacheQueryStringBehavior,
  Distribution,
  Function as CloudFrontFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { AaaaRecord, ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { CloudFrontTarget } from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';
import type { EdgeConfig, IssuerConfig, VestibuleConfig } from '../config/config.ts';
import { acknowledge } from '../constructs/acknowledge.ts';
import type { FrontDoor } from '../constructs/front-door.ts';
import { EdgeWebAcl } from './edge-web-acl.ts';
import type { OriginSecret } from './origin-secret.ts';

export interface EdgeProps {
  readonly issuer: IssuerConfig;
  readonly edge: EdgeConfig;
  /** Of the API behind the edge: `https://` and a host. */
  readonly apiEndpoint: string;
  readonly originSecret: OriginSecret;
}

/** Public documents, which say themselves how long they may be kept. Nothing else is cached. */
const cachedPaths = ['/.well-known/*', '/ends'] as const;

/** Which answers CloudFront would keep for ten seconds unasked. */
const errorStatuses = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

/**
 * Who calls, written over whatever the caller sent under that name. All that CloudFront would say itself comes only with
 * a policy that forwards the caller's Host too, which the API would not know.
 */
const nameViewer = `function handler(event) {
  var request = event.request;
  request.headers['x-vestibule-viewer'] = { value: event.viewer.ip };
  return request;
}
`;

/** The edge that a config asks for, before a front door that is reached by it from then on. */
export function edgeBefore(
  scope: Construct,
  frontDoor: FrontDoor,
  { issuer, edge }: VestibuleConfig,
  originSecret: OriginSecret | undefined,
): Edge | undefined {
  if (originSecret === undefined || issuer === undefined || edge === undefined) return undefined;
  const { apiEndpoint } = frontDoor.api;
  const made = new Edge(scope, 'Edge', { issuer, edge, apiEndpoint, originSecret });
  frontDoor.reachable.push(made);
  return made;
}

/** CloudFront at the issuer's host, a web ACL before it, and the API as its one origin. */
export class Edge extends Construct {
  readonly distribution: Distribution;

  constructor(scope: Construct, id: string, { issuer, edge, apiEndpoint, originSecret }: EdgeProps) {
    super(scope, id);
    const { hostname } = new URL(issuer.url);
    const behavior = this.behavior(apiEndpoint, originSecret);
    const cachePolicy = this.cachePolicy();
    const webAclArn =
      edge.webAclArn ??
      new EdgeWebAcl(this, 'WebAcl', {
        ...(edge.requestsPerAddress !== undefined && { requestsPerAddress: edge.requestsPerAddress }),
      }).webAclArn;
    this.distribution = new Distribution(this, 'Distribution', {
      comment: `Vestibule at ${hostname}`,
      domainNames: [hostname],
      certificate: Certificate.fromCertificateArn(this, 'Certificate', issuer.certificateArn),
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      httpVersion: HttpVersion.HTTP2_AND_3,
      webAclId: webAclArn,
      defaultBehavior: { ...behavior, cachePolicy: CachePolicy.CACHING_DISABLED },
      additionalBehaviors: Object.fromEntries(
        cachedPaths.map((path) => [path, { ...behavior, cachePolicy }]),
      ),
      errorResponses: errorStatuses.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
    });
    acknowledge(
      this.distribution,
      'AwsSolutions-CFR3',
      'The access log of the API has every request that passes; a log of CloudFront would hold query strings, and codes in them.',
    );
    acknowledge(
      this.distribution,
      'AwsSolutions-CFR1',
      'Where the clients of an issuer are is for the web ACL of its operator to say, not for a default.',
    );
    if (issuer.hostedZone) this.pointHost(hostname, issuer.hostedZone);
  }

  private behavior(
    apiEndpoint: string,
    originSecret: OriginSecret,
  ): Omit<BehaviorOptions, 'cachePolicy'> & {
    readonly origin: HttpOrigin;
  } {
    const host = Fn.select(2, Fn.split('/', apiEndpoint));
    return {
      origin: new HttpOrigin(host, {
        protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
        originSslProtocols: [OriginSslPolicy.TLS_V1_2],
        customHeaders: { [originSecret.header]: originSecret.value },
      }),
      allowedMethods: AllowedMethods.ALLOW_ALL,
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
      // Every header, Authorization with them, the query and the cookies; the Host is that of the API.
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      functionAssociations: [
        {
          eventType: FunctionEventType.VIEWER_REQUEST,
          function: new CloudFrontFunction(this, 'NameViewer', {
            code: FunctionCode.fromInline(nameViewer),
            runtime: FunctionRuntime.JS_2_0,
            comment: 'Tells the API who calls',
          }),
        },
      ],
    };
  }

  /** As `Cache-Control` says, and not at all where it says nothing. */
  private cachePolicy(): CachePolicy {
    return new CachePolicy(this, 'AsDocumentsSay', {
      comment: 'Documents are kept as long as they say themselves',
      minTtl: Duration.seconds(0),
      defaultTtl: Duration.seconds(0),
      maxTtl: Duration.hours(1),
      queryStringBehavior: CacheQueryStringBehavior.all(),
      enableAcceptEncodingGzip: true,
      enableAcceptEncodingBrotli: true,
    });
  }

  private pointHost(hostname: string, { id, name }: NonNullable<IssuerConfig['hostedZone']>): void {
    const zone = HostedZone.fromHostedZoneAttributes(this, 'Zone', { hostedZoneId: id, zoneName: name });
    const target = RecordTarget.fromAlias(new CloudFrontTarget(this.distribution));
    new ARecord(this, 'Alias', { zone, target, recordName: `${hostname}.` });
    new AaaaRecord(this, 'AliasV6', { zone, target, recordName: `${hostname}.` });
  }
}
