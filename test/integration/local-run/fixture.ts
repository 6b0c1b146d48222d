import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject, ResourceDefinition } from '../../../local/cloudformation/template.ts';
import { temporaryDirectoryInsidePackage } from '../../support/run-directory.ts';

/** A synthesized app without a CDK: resources, and the code of its functions by the S3 key that names it. */
export interface FixtureApp {
  readonly resources: Readonly<Record<string, ResourceDefinition>>;
  readonly code?: Readonly<Record<string, string>>;
  readonly outputs?: Readonly<Record<string, { readonly Value: string | JsonObject }>>;
}

/** A directory where code finds the AWS SDK in node_modules. It is gone with the run of tests. */
export function temporaryDirectory(): string {
  return mkdtempSync(join(temporaryDirectoryInsidePackage(), 'run-'));
}

/** Writes what `cdk synth` would, and answers where. */
export function writeAssembly({ resources, code = {}, outputs = {} }: FixtureApp): string {
  const directory = temporaryDirectory();
  const write = (name: string, content: object): void => {
    writeFileSync(join(directory, name), JSON.stringify(content));
  };
  write('manifest.json', {
    artifacts: {
      App: { type: 'aws:cloudformation:stack', properties: { templateFile: 'App.template.json' } },
    },
  });
  write('App.template.json', { Resources: resources, Outputs: outputs });
  write('App.assets.json', {
    files: Object.fromEntries(
      Object.keys(code).map((key) => [
        key,
        { source: { path: `asset.${key}` }, destinations: { here: { objectKey: key } } },
      ]),
    ),
  });
  for (const [key, text] of Object.entries(code)) {
    mkdirSync(join(directory, `asset.${key}`));
    writeFileSync(join(directory, `asset.${key}`, 'index.js'), text);
  }
  return directory;
}

/** A function of its own role; `statements` is what it may do. */
export function functionResources(
  id: string,
  codeKey: string,
  options: {
    readonly environment?: JsonObject;
    readonly statements?: readonly JsonObject[];
    readonly timeout?: number;
  } = {},
): Readonly<Record<string, ResourceDefinition>> {
  const { environment = {}, statements = [], timeout = 5 } = options;
  return {
    [`${id}Role`]: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
    ...(statements.length === 0
      ? {}
      : {
          [`${id}Policy`]: {
            Type: 'AWS::IAM::Policy',
            Properties: {
              PolicyName: `${id}Policy`,
              PolicyDocument: { Version: '2012-10-17', Statement: statements },
              Roles: [{ Ref: `${id}Role` }],
            },
          },
        }),
    [`${id}Function`]: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { S3Bucket: 'assets', S3Key: codeKey },
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Role: { 'Fn::GetAtt': [`${id}Role`, 'Arn'] },
        Timeout: timeout,
        MemorySize: 256,
        Environment: { Variables: environment },
      },
    },
  };
}

interface FixtureRoute {
  readonly function: string;
  readonly iam?: true;
  readonly unpermitted?: true;
  readonly timeoutMilliseconds?: number;
}

/** An HTTP API; each route names the function behind it. A route of `unpermitted` lacks its Lambda permission. */
export function apiResources(
  routes: Readonly<Record<string, FixtureRoute>>,
): Readonly<Record<string, ResourceDefinition>> {
  const api: Record<string, ResourceDefinition> = {
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'fixture', ProtocolType: 'HTTP' } },
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'Api' }, StageName: '$default', AutoDeploy: true },
    },
  };
  for (const [index, [key, route]] of Object.entries(routes).entries()) {
    const arn = { 'Fn::GetAtt': [`${route.function}Function`, 'Arn'] };
    api[`Integration${index}`] = {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: { Ref: 'Api' },
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: arn,
        PayloadFormatVersion: '2.0',
        TimeoutInMillis: route.timeoutMilliseconds ?? 30_000,
      },
    };
    api[`Route${index}`] = {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Api' },
        AuthorizationType: route.iam ? 'AWS_IAM' : 'NONE',
        RouteKey: key,
        Target: { 'Fn::Sub': `integrations/\${Integration${index}}` },
      },
    };
    if (route.unpermitted) continue;
    const path = key === '$default' ? '' : (key.split(' ')[1] ?? '');
    api[`Permission${index}`] = {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: arn,
        Principal: 'apigateway.amazonaws.com',
        SourceArn: {
          'Fn::Sub': `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Api}/*/*${path}`,
        },
      },
    };
  }
  return api;
}
