import { Duration } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  type CfnStage,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Function as LambdaFunction, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct, type IDependable } from 'constructs';
import type { IssuerConfig, MutualTlsConfig } from '../config/config.ts';
import { acknowledge } from './acknowledge.ts';
import { IssuerHost } from './issuer-host.ts';
import { MutualTlsHost } from './mutual-tls-host.ts';
import type { Retention } from './retention.ts';

/** Requests a second over time, and at once. */
export interface Throttle {
  readonly rate: number;
  readonly burst: number;
}

export interface RouteOptions {
  readonly function: IFunction;
  readonly throttle: Throttle;
  /** `iam`: API Gateway itself refuses whoever does not sign with SigV4. */
  readonly authorizer: 'none' | 'iam';
  /** How long callers wait at most. Default: 20. */
  readonly waitSeconds?: number;
}

export interface FrontDoorProps {
  /** Absent: the issuer is the API's own URL. */
  readonly issuer?: IssuerConfig;
  /** Absent: no caller shows a certificate. */
  readonly mutualTls?: MutualTlsConfig;
  readonly retention: Retention;
  /** Where an edge stands at the issuer's host: what every function but those of IAM routes refuses requests without. */
  readonly originSecretDigest?: string;
  /** Paths are of third parties too, and name what people keep there: the access log is without them. */
  readonly hasPathsOfOthers?: boolean;
}

// The path has no query string here; no field may carry one, for it may hold codes and assertions.
const accessLogFields = {
  requestId: '$context.requestId',
  requestTime: '$context.requestTime',
  sourceIp: '$context.identity.sourceIp',
  userArn: '$context.identity.userArn',
  httpMethod: '$context.httpMethod',
  path: '$context.path',
  routeKey: '$context.routeKey',
  status: '$context.status',
  protocol: '$context.protocol',
  responseLength: '$context.responseLength',
  responseLatency: '$context.responseLatency',
  integrationError: '$context.integrationErrorMessage',
};

/** The HTTP API, on its own URL or on the issuer's host. Every route is `ANY`, so that 405 is ours to answer. */
export class FrontDoor extends Construct {
  /** The issuer: an origin, without a trailing slash. */
  readonly issuer: string;
  /** Where clients show certificates: an origin too. */
  readonly mutualTlsOrigin: string | undefined;
  readonly api: HttpApi;
  /** Once they are made, requests to the issuer reach every route: the stage, and the host with its DNS record. */
  readonly reachable: IDependable[];
  readonly #stage: HttpStage;
  readonly #integrations = new Map<IFunction, HttpLambdaIntegration>();
  readonly #originSecretDigest: string | undefined;
  readonly #routeSettings: Record<string, Record<string, unknown>> = {};

  constructor(scope: Construct, id: string, props: FrontDoorProps) {
    super(scope, id);
    const { issuer, mutualTls, originSecretDigest } = props;
    this.#originSecretDigest = originSecretDigest;
    const isBehindEdge = originSecretDigest !== undefined;
    const host = issuer && !isBehindEdge ? new IssuerHost(this, 'Host', issuer) : undefined;
    this.api = new HttpApi(this, 'Api', {
      description: 'Vestibule',
      createDefaultStage: false,
      disableExecuteApiEndpoint: host !== undefined,
    });
    this.#stage = this.defaultStage(props, host);
    this.reachable = [this.#stage, ...(host ? [host] : [])];
    this.issuer = issuer?.url ?? this.api.apiEndpoint;
    const { api } = this;
    this.mutualTlsOrigin =
      mutualTls && new MutualTlsHost(this, 'MutualTls', { ...mutualTls, api, stage: this.#stage }).origin;
  }

  /** Serves a path, or with `$default` everything that no other route serves, by one function. */
  serve(
    path: `/${string}` | '$default',
    { function: target, throttle, authorizer, waitSeconds = 20 }: RouteOptions,
  ): void {
    const routeKey = path === '$default' ? HttpRouteKey.DEFAULT : HttpRouteKey.with(path, HttpMethod.ANY);
    const route = new HttpRoute(this, path, {
      httpApi: this.api,
      routeKey,
      integration: this.integrationWith(target, waitSeconds),
      authorizer: authorizer === 'iam' ? new HttpIamAuthorizer() : new HttpNoneAuthorizer(),
    });
    if (authorizer === 'none') {
      this.letThroughEdgeOnly(target);
      acknowledge(
        route,
        'AwsSolutions-APIG4',
        'A public OAuth endpoint: clients prove themselves by the protocol.',
      );
    }
    this.#routeSettings[routeKey.key] = {
      ThrottlingRateLimit: throttle.rate,
      ThrottlingBurstLimit: throttle.burst,
    };
    this.#stage.node.addDependency(route);
  }

  private letThroughEdgeOnly(target: IFunction): void {
    if (this.#originSecretDigest === undefined) return;
    if (!(target instanceof LambdaFunction)) throw new TypeError(`${target.node.path} is not of this stack`);
    target.addEnvironment('ORIGIN_SECRET_DIGEST', this.#originSecretDigest);
  }

  private integrationWith(target: IFunction, waitSeconds: number): HttpLambdaIntegration {
    const known = this.#integrations.get(target);
    if (known) return known;
    const integration = new HttpLambdaIntegration(`${target.node.scope?.node.id ?? ''}Integration`, target, {
      timeout: Duration.seconds(waitSeconds),
    });
    this.#integrations.set(target, integration);
    return integration;
  }

  private defaultStage(
    { retention, hasPathsOfOthers = false }: FrontDoorProps,
    host: IssuerHost | undefined,
  ): HttpStage {
    const fields = Object.entries(accessLogFields).filter(([name]) => name !== 'path' || !hasPathsOfOthers);
    const logGroup = new LogGroup(this, 'AccessLogs', {
      retention: retention.logs,
      removalPolicy: retention.removalPolicy,
    });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      accessLogSettings: {
        destination: new LogGroupLogDestination(logGroup),
        format: AccessLogFormat.custom(JSON.stringify(Object.fromEntries(fields))),
      },
      ...(host && { domainMapping: { domainName: host.domainName } }),
    });
    // API Gateway refuses settings of a route that does not exist yet, hence the dependencies in `serve`.
    (stage.node.defaultChild as CfnStage).routeSettings = this.#routeSettings;
    return stage;
  }
}
