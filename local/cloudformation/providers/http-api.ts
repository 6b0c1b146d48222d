import { createHash } from 'node:crypto';
import type { AuthorizerDefinition, HttpApiBuilder, RouteDefinition } from '../../http-api/model.ts';
import { listProperty, numberProperty, objectProperty, optionalText, textProperty } from '../properties.ts';
import { transientProvider, type Provider } from '../provider.ts';
import { asText, type JsonObject } from '../template.ts';

/** The APIs of a template and where each is served. */
export interface HttpApis {
  readonly builder: HttpApiBuilder;
  /** The origin of the API with that logical id. */
  readonly endpointOf: (logicalId: string) => string;
  /** The origin of the domain with that logical id. */
  readonly originOf: (logicalId: string) => string;
}

/** The resource types of `AWS::ApiGatewayV2` that HTTP APIs of functions are made of. */
export function httpApiProviders(apis: HttpApis): Readonly<Record<string, Provider>> {
  return {
    'AWS::ApiGatewayV2::Api': api(apis),
    'AWS::ApiGatewayV2::Stage': stage(),
    'AWS::ApiGatewayV2::Integration': integration(apis.builder),
    'AWS::ApiGatewayV2::Authorizer': authorizer(apis.builder),
    'AWS::ApiGatewayV2::Route': route(apis.builder),
    'AWS::ApiGatewayV2::DomainName': domainName(apis),
    'AWS::ApiGatewayV2::ApiMapping': apiMapping(apis.builder),
  };
}

function api({ builder, endpointOf }: HttpApis): Provider {
  const properties: Provider['properties'] = {
    Description: 'nothing',
    DisableExecuteApiEndpoint: 'update',
    Name: 'update',
    ProtocolType: 'replacement',
    Tags: 'nothing',
  };
  return transientProvider(properties, ({ logicalId, properties: wanted, generatedName }) => {
    expect(wanted, 'ProtocolType', 'HTTP');
    if (wanted['DisableExecuteApiEndpoint'] === true) {
      throw new Error(
        'DisableExecuteApiEndpoint leaves the API without the endpoint that the local run serves',
      );
    }
    const id = createHash('sha256').update(generatedName).digest('hex').slice(0, 10);
    const endpoint = endpointOf(logicalId);
    builder.addApi(id, endpoint);
    return { physicalId: id, attributes: { ApiEndpoint: endpoint, ApiId: id } };
  });
}

/** A domain without mutual TLS would be the issuer's own, which the local run has at the endpoint of the API. */
function domainName({ builder, originOf }: HttpApis): Provider {
  const properties: Provider['properties'] = {
    DomainName: 'replacement',
    DomainNameConfigurations: 'nothing',
    MutualTlsAuthentication: 'nothing',
    Tags: 'nothing',
  };
  return transientProvider(properties, ({ logicalId, properties: wanted }) => {
    if (wanted['MutualTlsAuthentication'] === undefined) {
      throw new Error('the local run knows a DomainName with MutualTlsAuthentication only');
    }
    const [name, origin] = [textProperty(wanted, 'DomainName'), originOf(logicalId)];
    builder.addDomain(name, origin);
    const { host } = new URL(origin);
    return { physicalId: name, attributes: { RegionalDomainName: host, RegionalHostedZoneId: 'ZLOCAL' } };
  });
}

function apiMapping(builder: HttpApiBuilder): Provider {
  const properties: Provider['properties'] = {
    ApiId: 'replacement',
    DomainName: 'replacement',
    Stage: 'nothing',
  };
  return transientProvider(properties, ({ properties: wanted, generatedName }) => {
    builder.mapDomain(textProperty(wanted, 'ApiId'), textProperty(wanted, 'DomainName'));
    return { physicalId: generatedName, attributes: { ApiMappingId: generatedName } };
  });
}

function stage(): Provider {
  const properties: Provider['properties'] = {
    AccessLogSettings: 'nothing',
    ApiId: 'replacement',
    AutoDeploy: 'nothing',
    DefaultRouteSettings: 'nothing',
    Description: 'nothing',
    RouteSettings: 'nothing',
    StageName: 'replacement',
    Tags: 'nothing',
  };
  return transientProvider(properties, ({ properties: wanted }) => {
    expect(wanted, 'StageName', '$default');
    return { physicalId: '$default', attributes: {} };
  });
}

function integration(builder: HttpApiBuilder): Provider {
  const properties: Provider['properties'] = {
    ApiId: 'replacement',
    IntegrationMethod: 'update',
    IntegrationType: 'update',
    IntegrationUri: 'update',
    PayloadFormatVersion: 'update',
    TimeoutInMillis: 'update',
  };
  return transientProvider(properties, ({ properties: wanted, generatedName }) => {
    const [uri, timeoutMilliseconds] = [
      textProperty(wanted, 'IntegrationUri'),
      numberProperty(wanted, 'TimeoutInMillis', 30_000),
    ];
    const isHttp = wanted['IntegrationType'] === 'HTTP_PROXY';
    if (!isHttp) expect(wanted, 'IntegrationType', 'AWS_PROXY');
    expect(wanted, 'PayloadFormatVersion', isHttp ? '1.0' : '2.0');
    builder.addIntegration(
      textProperty(wanted, 'ApiId'),
      generatedName,
      isHttp
        ? { kind: 'http', url: uri, method: textProperty(wanted, 'IntegrationMethod'), timeoutMilliseconds }
        : { kind: 'function', functionArn: uri, timeoutMilliseconds },
    );
    return { physicalId: generatedName, attributes: { IntegrationId: generatedName } };
  });
}

function authorizer(builder: HttpApiBuilder): Provider {
  const properties: Provider['properties'] = {
    ApiId: 'replacement',
    AuthorizerPayloadFormatVersion: 'update',
    AuthorizerResultTtlInSeconds: 'update',
    AuthorizerType: 'update',
    AuthorizerUri: 'update',
    EnableSimpleResponses: 'update',
    IdentitySource: 'update',
    JwtConfiguration: 'update',
    Name: 'update',
  };
  return transientProvider(properties, ({ properties: wanted, generatedName }) => {
    const isJwt = wanted['AuthorizerType'] === 'JWT';
    if (!isJwt) expect(wanted, 'AuthorizerType', 'REQUEST');
    builder.addAuthorizer(
      textProperty(wanted, 'ApiId'),
      generatedName,
      isJwt ? jwtAuthorizer(wanted) : functionAuthorizer(wanted),
    );
    return { physicalId: generatedName, attributes: { AuthorizerId: generatedName } };
  });
}

function jwtAuthorizer(wanted: JsonObject): AuthorizerDefinition {
  const configuration = objectProperty(wanted, 'JwtConfiguration');
  const [identityHeader = ''] = identityHeaders(wanted);
  return {
    kind: 'jwt',
    issuer: textProperty(configuration, 'Issuer'),
    audience: listProperty(configuration, 'Audience').map(asText),
    identityHeader,
  };
}

function functionAuthorizer(wanted: JsonObject): AuthorizerDefinition {
  expect(wanted, 'AuthorizerPayloadFormatVersion', '2.0');
  expect(wanted, 'EnableSimpleResponses', true);
  // A cached answer would have to be kept apart by identity and stage; nothing here asks for one.
  expect(wanted, 'AuthorizerResultTtlInSeconds', 0);
  const [, functionArn] =
    /:lambda:path\/2015-03-31\/functions\/(.+)\/invocations$/.exec(textProperty(wanted, 'AuthorizerUri')) ??
    [];
  if (functionArn === undefined) {
    throw new Error(`the local run does not know the AuthorizerUri ${asText(wanted['AuthorizerUri'])}`);
  }
  return { kind: 'function', functionArn, identityHeaders: identityHeaders(wanted) };
}

function identityHeaders(wanted: JsonObject): readonly string[] {
  return listProperty(wanted, 'IdentitySource').map((source) => {
    const [, name] = /^\$request\.header\.([\w-]+)$/.exec(asText(source)) ?? [];
    if (name === undefined) {
      throw new Error(`the local run does not know the identity source ${asText(source)}`);
    }
    return name.toLowerCase();
  });
}

const authorizationTypes: readonly string[] = ['NONE', 'AWS_IAM', 'CUSTOM', 'JWT'];

function route(builder: HttpApiBuilder): Provider {
  const properties: Provider['properties'] = {
    ApiId: 'replacement',
    AuthorizationScopes: 'update',
    AuthorizationType: 'update',
    AuthorizerId: 'update',
    RouteKey: 'update',
    Target: 'update',
  };
  return transientProvider(properties, ({ properties: wanted, generatedName }) => {
    const authorization = optionalText(wanted, 'AuthorizationType') ?? 'NONE';
    if (!isAuthorizationType(authorization)) {
      throw new Error(`the local run does not know the authorization type ${authorization}`);
    }
    const authorizerId = optionalText(wanted, 'AuthorizerId');
    builder.addRoute(textProperty(wanted, 'ApiId'), {
      key: textProperty(wanted, 'RouteKey'),
      integrationId: textProperty(wanted, 'Target').replace(/^integrations\//, ''),
      authorization,
      ...(authorizerId === undefined ? {} : { authorizerId }),
      scopes: listProperty(wanted, 'AuthorizationScopes').map(asText),
    });
    return { physicalId: generatedName, attributes: { RouteId: generatedName } };
  });
}

function isAuthorizationType(text: string): text is RouteDefinition['authorization'] {
  return authorizationTypes.includes(text);
}

function expect(wanted: JsonObject, name: string, value: string | number | boolean): void {
  if (wanted[name] !== value) {
    throw new Error(`the local run knows ${name} ${String(value)} only, not ${JSON.stringify(wanted[name])}`);
  }
}
