import { soundConfig } from './a-config.ts';

const issuer = {
  url: 'https://auth.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/1-a',
};
const withEdge = (edge: unknown): unknown => ({ ...soundConfig, issuer, edge });

/** What breaks the edge of a config, the config, and the one problem that is told of it. */
export const brokenEdges: readonly (readonly [string, unknown, string])[] = [
  [
    'an edge without a host of the issuer',
    { ...soundConfig, edge: {} },
    'edge: stands before no host of the issuer; add issuer.url and its certificate',
  ],
  [
    'an edge with a certificate of another Region',
    {
      ...soundConfig,
      edge: {},
      issuer: { ...issuer, certificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/1-a' },
    },
    "issuer.certificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/1-a' is of eu-west-1; CloudFront takes one of us-east-1",
  ],
  [
    'a web ACL of an API',
    withEdge({ webAclArn: 'arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/a/b' }),
    "edge.webAclArn: 'arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/a/b' is not the ARN of a web ACL for CloudFront; write 'arn:aws:wafv2:us-east-1:<account>:global/webacl/<name>/<id>'",
  ],
  [
    'too few requests',
    withEdge({ requestsPerAddress: 5 }),
    'edge.requestsPerAddress: 5 is out of range; write a whole number of requests from 10 to 2000000000',
  ],
  [
    'a number of requests beside a web ACL of its own',
    withEdge({
      webAclArn: 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/a/b',
      requestsPerAddress: 100,
    }),
    'edge.requestsPerAddress: stands beside a web ACL of yours, whose rules are its own; remove one of the two',
  ],
  [
    'an edge of another kind',
    withEdge({ waf: true }),
    'edge.waf: is no field; use one of webAclArn, requestsPerAddress',
  ],
];
