import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { aConfig, anApp, anIssuer, readable, templateOf } from './synthesized.ts';

const template = templateOf(aConfig);

interface Route {
  readonly Properties: {
    readonly RouteKey: string;
    readonly AuthorizationType: string;
    readonly Target: unknown;
  };
}

function routes(): readonly {
  readonly key: string;
  readonly authorization: string;
  readonly target: string;
}[] {
  const integrations = template.findResources('AWS::ApiGatewayV2::Integration');
  return Object.values(template.findResources('AWS::ApiGatewayV2::Route') as Record<string, Route>).map(
    ({ Properties: { RouteKey: key, AuthorizationType: authorization, Target: target } }) => {
      const [, integration = ''] = /"Ref":"(\w+)"/.exec(JSON.stringify(target)) ?? [];
      const { Properties: properties } = integrations[integration] as {
        Properties: { IntegrationUri: unknown };
      };
      const [, name = ''] = /^<Vestibule(\w+)Function\.Arn>$/.exec(readable(properties.IntegrationUri)) ?? [];
      return { key, authorization, target: name };
    },
  );
}

test('every path has its function, whatever the method, and only the admin routes ask for IAM', () => {
  expect(routes()).toEqual([
    { key: 'ANY /.well-known/oauth-authorization-server', authorization: 'NONE', target: 'Discovery' },
    { key: 'ANY /.well-known/openid-configuration', authorization: 'NONE', target: 'Discovery' },
    { key: 'ANY /.well-known/jwks.json', authorization: 'NONE', target: 'Discovery' },
    { key: 'ANY /.well-known/oauth-protected-resource', authorization: 'NONE', target: 'Discovery' },
    {
      key: 'ANY /.well-known/oauth-protected-resource/{resource+}',
      authorization: 'NONE',
      target: 'Discovery',
    },
    { key: '$default', authorization: 'NONE', target: 'Discovery' },
    { key: 'ANY /authorize', authorization: 'NONE', target: 'Authorization' },
    { key: 'ANY /token', authorization: 'NONE', target: 'Token' },
    { key: 'ANY /exchange', authorization: 'NONE', target: 'Token' },
    { key: 'ANY /introspect', authorization: 'NONE', target: 'Introspection' },
    { key: 'ANY /revoke', authorization: 'NONE', target: 'Introspection' },
    { key: 'ANY /ends', authorization: 'NONE', target: 'Ends' },
    { key: 'ANY /admin/{proxy+}', authorization: 'AWS_IAM', target: 'Admin' },
    { key: 'ANY /admin/keys', authorization: 'AWS_IAM', target: 'Keys' },
    { key: 'ANY /admin/keys/rotate', authorization: 'AWS_IAM', target: 'Keys' },
  ]);
});

test('leaves cross-origin answers to the functions', () => {
  template.hasResourceProperties('AWS::ApiGatewayV2::Api', { CorsConfiguration: Match.absent() });
});

/** The functions that say who the issuer is, or judge by it. */
const speakers = [
  Match.stringLikeRegexp('^Metadata of the issuer'),
  'The token endpoint',
  'Introspection and revocation of tokens',
  'The registry, for IAM principals',
  Match.stringLikeRegexp('^Writes the registrations'),
];

describe('the stage', () => {
  const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage')) as [
    {
      readonly DependsOn: readonly string[];
      readonly Properties: {
        readonly StageName: string;
        readonly RouteSettings: Readonly<Record<string, Readonly<Record<string, number>>>>;
        readonly AccessLogSettings: { readonly Format: string };
      };
    },
  ];

  test('adds nothing to the path of the issuer', () => {
    expect(stage.Properties.StageName).toBe('$default');
  });

  test('throttles each route apart', () => {
    expect(Object.keys(stage.Properties.RouteSettings).sort()).toEqual(
      routes()
        .map(({ key }) => key)
        .sort(),
    );
    for (const settings of Object.values(stage.Properties.RouteSettings)) {
      expect(settings['ThrottlingRateLimit']).toBeGreaterThan(0);
      expect(settings['ThrottlingBurstLimit']).toBeGreaterThan(0);
    }
  });

  test('comes after the routes that it has settings for', () => {
    expect(stage.DependsOn).toEqual(
      expect.arrayContaining(Object.keys(template.findResources('AWS::ApiGatewayV2::Route'))),
    );
  });

  test('logs each access, and no query string', () => {
    const format = JSON.parse(stage.Properties.AccessLogSettings.Format) as Record<string, string>;
    expect(Object.values(format)).not.toHaveLength(0);
    for (const variable of Object.values(format)) {
      expect(variable).toMatch(/^\$context\.[\w.]+$/);
      expect(variable).not.toMatch(/querystring|authorizer|input/i);
    }
  });
});

describe('without a host of its own', () => {
  test('the issuer is the URL of the API', () => {
    const issuer = { 'Fn::GetAtt': [Match.stringLikeRegexp('^VestibuleFrontDoorApi'), 'ApiEndpoint'] };
    template.hasOutput('IssuerUrl', { Value: issuer });
    for (const Description of speakers) {
      template.hasResourceProperties('AWS::Lambda::Function', {
        Description,
        Environment: { Variables: { ISSUER: issuer } },
      });
    }
  });

  test('the outputs name what clients are configured with', () => {
    const outputs = Object.entries(template.findOutputs('*')) as [string, { Value: unknown }][];
    const issuer = readable(outputs[0]?.[1].Value);
    expect(Object.fromEntries(outputs.map(([name, { Value: value }]) => [name, readable(value)]))).toEqual({
      IssuerUrl: issuer,
      DiscoveryUrl: `${issuer}/.well-known/openid-configuration`,
      JwksUri: `${issuer}/.well-known/jwks.json`,
      TokenEndpoint: `${issuer}/token`,
    });
  });
});

describe('on a host of its own', () => {
  const hosted = templateOf({ ...aConfig, issuer: anIssuer });

  test('the issuer is that host', () => {
    hosted.hasOutput('IssuerUrl', { Value: 'https://auth.example.com' });
    for (const Description of speakers) {
      hosted.hasResourceProperties('AWS::Lambda::Function', {
        Description,
        Environment: { Variables: { ISSUER: 'https://auth.example.com' } },
      });
    }
  });

  test('the API answers nowhere else', () => {
    hosted.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: true });
  });

  test('the host has its certificate, TLS 1.2 at least, and the root of the API', () => {
    hosted.hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
      DomainName: 'auth.example.com',
      DomainNameConfigurations: [{ CertificateArn: anIssuer.certificateArn, SecurityPolicy: 'TLS_1_2' }],
    });
    hosted.hasResourceProperties('AWS::ApiGatewayV2::ApiMapping', { ApiMappingKey: Match.absent() });
  });

  test('a hosted zone gets the alias, and without one DNS is left alone', () => {
    hosted.hasResourceProperties('AWS::Route53::RecordSet', {
      Name: 'auth.example.com.',
      Type: 'A',
      HostedZoneId: 'Z0123456789ABC',
    });
    const { url, certificateArn } = anIssuer;
    templateOf({ ...aConfig, issuer: { url, certificateArn } }).resourceCountIs('AWS::Route53::RecordSet', 0);
  });

  test('the local run has none', () => {
    const local = templateOf({ ...aConfig, issuer: anIssuer }, anApp({ 'vestibule:local': true }));
    local.resourceCountIs('AWS::ApiGatewayV2::DomainName', 0);
    expect(local.findOutputs('IssuerUrl')['IssuerUrl']).not.toMatchObject({ Value: anIssuer.url });
  });
});

test('API Gateway may call each function by its own routes only', () => {
  const permissions = Object.values(template.findResources('AWS::Lambda::Permission')) as {
    readonly Properties: {
      readonly Principal: string;
      readonly FunctionName: unknown;
      readonly SourceArn: unknown;
    };
  }[];
  const allowed = permissions.map(
    ({ Properties: { Principal: principal, FunctionName: name, SourceArn: source } }) => ({
      principal,
      target: readable(name).replace(/^<Vestibule(\w+)Function\.Arn>$/, '$1'),
      source: readable(source).split(':').at(-1),
    }),
  );
  expect(allowed).toEqual(
    routes().map(({ key, target }) => ({
      principal: 'apigateway.amazonaws.com',
      target,
      source: `<VestibuleFrontDoorApi>/*/*${key.replace('$default', '').replace('ANY ', '')}`,
    })),
  );
});
