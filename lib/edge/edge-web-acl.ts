import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';

export interface EdgeWebAclProps {
  /** From one address in five minutes, at the endpoints that clients prove themselves at. Default: 3,000. */
  readonly requestsPerAddress?: number;
}

/** Where clients prove themselves, register or begin: what an attacker would ask over and over. */
const guardedPaths =
  '^/(?:token|exchange|register|authorize|device|device_authorization|par|introspect|revoke)(?:/|$)';

/**
 * Rules of AWS's common set that refuse what OAuth clients send: none or odd user agents, URLs on loopback in parameters
 * and bodies, assertions longer than 8 kB. They are counted, so that an operator sees them.
 */
const countedRules = [
  'NoUserAgent_HEADER',
  'SizeRestrictions_BODY',
  'GenericRFI_QUERYARGUMENTS',
  'GenericRFI_BODY',
  'EC2MetaDataSSRF_BODY',
  'EC2MetaDataSSRF_COOKIE',
  'EC2MetaDataSSRF_URIPATH',
  'EC2MetaDataSSRF_QUERYARGUMENTS',
];

const windowSeconds = 300;

/** The web ACL of an edge; web ACLs of CloudFront are made in us-east-1. */
export class EdgeWebAcl extends Construct {
  readonly webAclArn: string;

  constructor(scope: Construct, id: string, { requestsPerAddress = 3_000 }: EdgeWebAclProps = {}) {
    super(scope, id);
    const acl = new CfnWebACL(this, 'Acl', {
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      visibilityConfig: visibility('vestibule-edge'),
      customResponseBodies: {
        slowDown: {
          contentType: 'APPLICATION_JSON',
          content: JSON.stringify({
            error: 'temporarily_unavailable',
            error_description: 'too many requests from this address, try again later',
          }),
        },
      },
      rules: [rateRule(requestsPerAddress), commonRules()],
    });
    this.webAclArn = acl.attrArn;
  }
}

function rateRule(limit: number): CfnWebACL.RuleProperty {
  return {
    name: 'requests-per-address',
    priority: 0,
    statement: {
      rateBasedStatement: {
        limit,
        aggregateKeyType: 'IP',
        evaluationWindowSec: windowSeconds,
        scopeDownStatement: {
          regexMatchStatement: {
            regexString: guardedPaths,
            fieldToMatch: { uriPath: {} },
            textTransformations: [{ priority: 0, type: 'URL_DECODE' }],
          },
        },
      },
    },
    action: {
      block: {
        customResponse: {
          responseCode: 429,
          customResponseBodyKey: 'slowDown',
          responseHeaders: [{ name: 'retry-after', value: String(windowSeconds) }],
        },
      },
    },
    visibilityConfig: visibility('requests-per-address'),
  };
}

function commonRules(): CfnWebACL.RuleProperty {
  return {
    name: 'common',
    priority: 1,
    overrideAction: { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: 'AWS',
        name: 'AWSManagedRulesCommonRuleSet',
        ruleActionOverrides: countedRules.map((name) => ({ name, actionToUse: { count: {} } })),
      },
    },
    visibilityConfig: visibility('common'),
  };
}

/** No sampled requests: they would show queries, which hold codes and assertions. */
function visibility(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false };
}
