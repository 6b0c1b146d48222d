import { Match, Template } from 'aws-cdk-lib/assertions';
import { Stack } from 'aws-cdk-lib';
import { runInNewContext } from 'node:vm';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { EdgeWebAcl, type VestibuleConfig } from '../../lib/index.ts';
import { VestibuleStack } from '../../lib/stacks/vestibule-stack.ts';
import {
  aConfig,
  anApp,
  anEdgeIssuer,
  anIssuer,
  readable,
  stackOf,
  templateOf,
  withoutHash,
} from './synthesized.ts';

const edged: VestibuleConfig = { ...aConfig, issuer: anEdgeIssuer, edge: {} };
const template = templateOf(edged);
const webAclArn = 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/mine/1';

interface Behavior {
  readonly AllowedMethods: readonly string[];
  readonly ViewerProtocolPolicy: string;
  readonly CachePolicyId: unknown;
  readonly OriginRequestPolicyId: string;
  readonly FunctionAssociations: readonly unknown[];
}

interface DistributionConfig {
  readonly DefaultCacheBehavior: Behavior;
  readonly CacheBehaviors: readonly (Behavior & { readonly PathPattern: string })[];
  readonly CustomErrorResponses: readonly { readonly ErrorCachingMinTTL: number }[];
  readonly Origins: readonly [
    {
      readonly OriginCustomHeaders: readonly [{ readonly HeaderName: string; readonly HeaderValue: unknown }];
    },
  ];
}

const [{ Properties: made }] = Object.values(template.findResources('AWS::CloudFront::Distribution')) as [
  { readonly Properties: { readonly DistributionConfig: DistributionConfig } },
];
const distribution = made.DistributionConfig;

// By the names AWS gives these managed policies.
const cachingDisabled = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const allViewerExceptHostHeader = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';

describe('the edge', () => {
  test('stands at the host of the issuer, with TLS 1.2 at least and a web ACL', () => {
    template.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: {
        Aliases: ['auth.example.com'],
        WebACLId: { 'Fn::GetAtt': [Match.stringLikeRegexp('WebAcl'), 'Arn'] },
        ViewerCertificate: {
          AcmCertificateArn: anEdgeIssuer.certificateArn,
          MinimumProtocolVersion: 'TLSv1.2_2021',
        },
      },
    });
    template.hasOutput('IssuerUrl', { Value: 'https://auth.example.com' });
    // CloudFront changes the Host that a SigV4 signature covers: operators call the API itself.
    expect(readable(template.findOutputs('AdminEndpoint')['AdminEndpoint']?.['Value'])).toBe(
      '<VestibuleFrontDoorApi.ApiEndpoint>',
    );
    template.resourceCountIs('AWS::ApiGatewayV2::DomainName', 0);
    for (const type of ['A', 'AAAA']) {
      template.hasResourceProperties('AWS::Route53::RecordSet', { Name: 'auth.example.com.', Type: type });
    }
  });

  test('hands every method, header and query on, and no Host', () => {
    for (const behavior of [distribution.DefaultCacheBehavior, ...distribution.CacheBehaviors]) {
      expect([...behavior.AllowedMethods].sort()).toEqual([
        'DELETE',
        'GET',
        'HEAD',
        'OPTIONS',
        'PATCH',
        'POST',
        'PUT',
      ]);
      expect(behavior.OriginRequestPolicyId).toBe(allViewerExceptHostHeader);
      expect(behavior.ViewerProtocolPolicy).toBe('https-only');
      expect(behavior.FunctionAssociations).toHaveLength(1);
    }
  });

  test('keeps public documents as long as they say, and nothing else', () => {
    expect(distribution.DefaultCacheBehavior.CachePolicyId).toBe(cachingDisabled);
    expect(distribution.CacheBehaviors.map(({ PathPattern }) => PathPattern)).toEqual([
      '/.well-known/*',
      '/ends',
    ]);
    for (const { CachePolicyId } of distribution.CacheBehaviors) {
      expect(readable(CachePolicyId)).toBe('<VestibuleEdgeAsDocumentsSay>');
    }
    template.hasResourceProperties('AWS::CloudFront::CachePolicy', {
      CachePolicyConfig: { MinTTL: 0, DefaultTTL: 0, MaxTTL: 3600 },
    });
    for (const { ErrorCachingMinTTL: seconds } of distribution.CustomErrorResponses) expect(seconds).toBe(0);
  });

  test('tells the API who calls, whatever the caller said of that', () => {
    const [{ Properties }] = Object.values(template.findResources('AWS::CloudFront::Function')) as [
      { Properties: { FunctionCode: string } },
    ];
    const request = {
      headers: {
        'x-vestibule-viewer': { value: 'spoofed', multiValue: [{ value: 'twice' }] },
        other: { value: 'o' },
      },
    };
    const event = { request, viewer: { ip: '2001:db8::7' } };
    const answered: unknown = runInNewContext(`${Properties.FunctionCode}; handler(event)`, { event });
    expect(answered).toEqual({
      headers: { 'x-vestibule-viewer': { value: '2001:db8::7' }, other: { value: 'o' } },
    });
  });

  test('proves itself with a secret that no template holds', () => {
    const [
      {
        OriginCustomHeaders: [header],
      },
    ] = distribution.Origins;
    expect(header.HeaderName).toBe('x-vestibule-origin');
    expect(JSON.stringify(header.HeaderValue)).toMatch(
      /\{\{resolve:secretsmanager:.*VestibuleOrigin.*:SecretString:::\}\}/,
    );
    template.hasResourceProperties('AWS::SecretsManager::Secret', {
      Description: 'Vestibule: what CloudFront proves itself with to the API',
      GenerateSecretString: { PasswordLength: 48, ExcludePunctuation: true },
      SecretString: Match.absent(),
    });
  });

  test('is the only way to every function but those that IAM guards', () => {
    const functions = Object.entries(template.findResources('AWS::Lambda::Function')) as [
      string,
      { Properties: { Environment: { Variables: Record<string, unknown> } } },
    ][];
    const guarded = functions
      .filter(([, { Properties }]) => 'ORIGIN_SECRET_DIGEST' in Properties.Environment.Variables)
      .map(([id, { Properties }]) => {
        expect(readable(Properties.Environment.Variables['ORIGIN_SECRET_DIGEST'])).toBe(
          '<VestibuleOriginDigest.Digest>',
        );
        return withoutHash(id).replace(/^Vestibule(\w+)Function$/, '$1');
      });
    const open = Object.values(
      template.findResources('AWS::ApiGatewayV2::Route') as Record<
        string,
        { Properties: { AuthorizationType: string; RouteKey: string } }
      >,
    )
      .filter(({ Properties }) => Properties.AuthorizationType !== 'AWS_IAM')
      .map(({ Properties }) => Properties.RouteKey);
    expect(guarded.sort()).toEqual(['Authorization', 'Discovery', 'Ends', 'Introspection', 'Token']);
    expect(open.some((key) => key.includes('/admin'))).toBe(false);
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: false });
  });

  test('counts the common rules that break OAuth clients, and slows one address down where clients prove themselves', () => {
    const [{ Properties }] = Object.values(template.findResources('AWS::WAFv2::WebACL')) as [
      { Properties: { Scope: string; Rules: readonly Record<string, never>[] } },
    ];
    expect(Properties.Scope).toBe('CLOUDFRONT');
    const [rate, common] = Properties.Rules as unknown as [
      {
        Statement: {
          RateBasedStatement: {
            Limit: number;
            ScopeDownStatement: { RegexMatchStatement: { RegexString: string } };
          };
        };
        Action: object;
      },
      {
        Statement: {
          ManagedRuleGroupStatement: {
            Name: string;
            RuleActionOverrides: readonly { Name: string; ActionToUse: object }[];
          };
        };
      },
    ];
    expect(rate.Statement.RateBasedStatement.Limit).toBe(3_000);
    const paths = new RegExp(
      rate.Statement.RateBasedStatement.ScopeDownStatement.RegexMatchStatement.RegexString,
    );
    for (const path of ['/token', '/register', '/register/abc', '/authorize', '/device', '/revoke'])
      expect(path).toMatch(paths);
    for (const path of ['/.well-known/jwks.json', '/tokens', '/ends', '/']) expect(path).not.toMatch(paths);
    expect(rate.Action).toMatchObject({
      Block: {
        CustomResponse: { ResponseCode: 429, ResponseHeaders: [{ Name: 'retry-after', Value: '300' }] },
      },
    });
    const { Name: name, RuleActionOverrides: overrides } = common.Statement.ManagedRuleGroupStatement;
    expect(name).toBe('AWSManagedRulesCommonRuleSet');
    expect(overrides.map((override) => override.Name)).toEqual(
      expect.arrayContaining([
        'NoUserAgent_HEADER',
        'SizeRestrictions_BODY',
        'GenericRFI_QUERYARGUMENTS',
        'EC2MetaDataSSRF_QUERYARGUMENTS',
      ]),
    );
    for (const { ActionToUse: action } of overrides) expect(action).toEqual({ Count: {} });
  });

  test('satisfies AwsSolutions', () => {
    const stack = stackOf(edged);
    const findings = new AwsSolutionsChecks(stack)
      .validateScope(stack)
      .violations.flatMap(({ ruleName, violatingResources }) =>
        violatingResources.map(({ constructPath = '' }) => `${ruleName} ${constructPath}`),
      );
    expect(findings).toEqual([]);
  });

  test('takes a web ACL of its operator, and then makes none', () => {
    const own = templateOf({ ...edged, edge: { webAclArn } });
    own.resourceCountIs('AWS::WAFv2::WebACL', 0);
    own.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: { WebACLId: webAclArn },
    });
    const elsewhere = new Stack(anApp(), 'Acl');
    new EdgeWebAcl(elsewhere, 'Edge', { requestsPerAddress: 500 });
    Template.fromStack(elsewhere).resourceCountIs('AWS::WAFv2::WebACL', 1);
  });

  test('stays out of the local run and of a deployment that asks for none', () => {
    for (const none of [templateOf(edged, anApp({ 'vestibule:local': true })), templateOf(aConfig)]) {
      none.resourceCountIs('AWS::CloudFront::Distribution', 0);
      expect(JSON.stringify(none.toJSON())).not.toContain('ORIGIN_SECRET_DIGEST');
    }
  });
});

describe('what does not fit the Region of the stack is refused at synth', () => {
  const inRegion = (region: string, config: VestibuleConfig) => () =>
    new VestibuleStack(anApp(), 'Vestibule', {
      config,
      env: { region, account: '111122223333' },
      analyticsReporting: false,
    });

  test('a certificate of another Region, at the API', () => {
    expect(inRegion('eu-west-1', { ...aConfig, issuer: anIssuer })).not.toThrow();
    expect(inRegion('eu-central-1', { ...aConfig, issuer: anIssuer })).toThrow(
      /issuer\.certificateArn: .* is of eu-west-1; the stack and its API are in eu-central-1/,
    );
  });

  test('a web ACL in a stack that is not in us-east-1', () => {
    expect(inRegion('us-east-1', edged)).not.toThrow();
    expect(inRegion('eu-west-1', { ...edged, edge: { webAclArn } })).not.toThrow();
    expect(inRegion('eu-west-1', edged)).toThrow(
      "edge.webAclArn: is missing in a stack of 'eu-west-1'; make an EdgeWebAcl in a stack of us-east-1 and write its ARN",
    );
  });
});
