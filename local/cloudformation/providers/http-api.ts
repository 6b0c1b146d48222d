import { createHash } from 'node:crypto';
import type { HttpApiBuilder } from '../../http-api/model.ts';
import { numberProperty, optionalText, textProperty } from '../properties.ts';
import { transientProvider, type Provider } from '../provider.ts';
import type { JsonObject } from '../template.ts';

/** The resource types of `AWS::ApiGatewayV2` that an HTTP API of functions is made of. */
export function httpApiProviders(
  builder: HttpApiBuilder,
  endpoint: string,
): Readonly<Record<string, Provider>> {
  return {
    'AWS::ApiGatewayV2::Api': api(builder, endpoint),
    'AWS::ApiGatewayV2::Stage': stage(),
    'AWS::ApiGatewayV2::Integration': integration(builder),
    'AWS::ApiGatewayV2::Route': route(builder),
  };
}

function api(builder: HttpApiBuilder, endpoint: string): Provider {
  const properties: Provider['properties'] = {
    Description: 'nothing',
    DisableExecuteApiEndpoint: 'update',
    Name: 'update',
    ProtocolType: 'replacement',
    Tags: 'nothing',
  };
  return transientProvider(properties, ({ properties: wanted, generatedName }) => {
    expect(wanted, 'ProtocolType', 'HTTP');
    if (wanted['DisableExecuteApiEndpoint'] === true) {
      throw new Error(
        'DisableExecuteApiEndpoint leaves the API without the endpoint that the local run serves',
      );
    }
    const id = createHash('sha256').update(generatedName).digest('hex').slice(0, 10);
    builder.name(id);
    return { physicalId: id, attributes: { ApiEndpoint: endpoint, ApiId: id } };
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
    IntegrationType: 'update',
    IntegrationUri: 'update',
    PayloadFormatVersion: 'update',
    TimeoutInMillis: 'update',
  };
  return transientProvider(properties, ({ properties: wanted, generatedName }) => {
    expect(wanted, 'IntegrationType', 'AWS_PROXY');
    expect(wanted, 'PayloadFormatVersion', '2.0');
    builder.addIntegration(generatedName, {
      functionArn: textProperty(wanted, 'IntegrationUri'),
      timeoutMilliseconds: numberProperty(wanted, 'TimeoutInMillis', 30_000),
    });
    return { physicalId: generatedName, attributes: { IntegrationId: generatedName } };
  });
}

function route(builder: HttpApiBuilder): Provider {
  const properties: Provider['properties'] = {
    ApiId: 'replacement',
    AuthorizationType: 'update',
    RouteKey: 'update',
    Target: 'update',
  };
  return transientProvider(properties, ({ properties: wanted, generatedName }) => {
    const authorization = optionalText(wanted, 'AuthorizationType') ?? 'NONE';
    if (authorization !== 'NONE' && authorization !== 'AWS_IAM') {
      throw new Error(`the local run does not know the authorization type ${authorization}`);
    }
    builder.addRoute({
      key: textProperty(wanted, 'RouteKey'),
      integrationId: textProperty(wanted, 'Target').replace(/^integrations\//, ''),
      authorization,
    });
    return { physicalId: generatedName, attributes: { RouteId: generatedName } };
  });
}

function expect(wanted: JsonObject, name: string, value: string): void {
  if (wanted[name] !== value) {
    throw new Error(`the local run knows ${name} ${value} only, not ${JSON.stringify(wanted[name])}`);
  }
}
