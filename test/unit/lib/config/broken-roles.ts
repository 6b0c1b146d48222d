import { soundConfig } from './a-config.ts';
import { withClient } from './broken-configs.ts';

const withRole = (authentication: object): unknown =>
  withClient({
    authentication: {
      method: 'aws_iam_jwt',
      role: 'arn:aws:iam::123456789012:role/robot',
      ...authentication,
    },
  });

/** What is wrong with a client that is an AWS role, the config, and the one problem that is told of it. */
export const brokenRoles: readonly (readonly [string, unknown, string])[] = [
  [
    'a role that is a session',
    withRole({ role: 'arn:aws:sts::123456789012:assumed-role/robot/s' }),
    "clients[0].authentication.role: 'arn:aws:sts::123456789012:assumed-role/robot/s' is a session, not a role; write 'arn:aws:iam::123456789012:role/reporter', or 'arn:aws:iam::123456789012:role/agents/*' for a path",
  ],
  [
    'a role with a wildcard inside',
    withRole({ role: 'arn:aws:iam::*:role/robot' }),
    "clients[0].authentication.role: 'arn:aws:iam::*:role/robot' is neither the ARN of a role nor a path of at most four folders; write 'arn:aws:iam::123456789012:role/reporter', or 'arn:aws:iam::123456789012:role/agents/*' for a path",
  ],
  [
    'an issuer that is none of AWS',
    withRole({ issuer: 'https://tokens.example.com' }),
    "clients[0].authentication.issuer: 'https://tokens.example.com' is not the issuer of an AWS account; write what 'aws iam get-outbound-web-identity-federation-info' tells, as 'https://<id>.tokens.sts.global.api.aws'",
  ],
  [
    'an organization by its name',
    withRole({ organization: 'Example' }),
    "clients[0].authentication.organization: 'Example' is not the id of an organization; write it as 'o-a1b2c3d4e5'",
  ],
  [
    'a function by its version',
    withRole({ lambdaFunctions: ['arn:aws:lambda:eu-west-1:123456789012:function:robot:7'] }),
    "clients[0].authentication.lambdaFunctions[0]: 'arn:aws:lambda:eu-west-1:123456789012:function:robot:7' is not the ARN of a function; write 'arn:aws:lambda:<region>:<account>:function:<name>', without a version",
  ],
  [
    'a demand for tags that the caller chooses',
    withRole({ requestTags: { team: 'data' } }),
    'clients[0].authentication.requestTags: is no field; use one of method, role, issuer, organization, principalTags, lambdaFunctions',
  ],
  [
    'a tag without a value',
    withRole({ principalTags: { team: 7 } }),
    'clients[0].authentication.principalTags.team: 7 is not a text',
  ],
  [
    'a signed request that the deployment does not accept',
    withClient({
      authentication: { method: 'aws_caller_identity', role: 'arn:aws:iam::123456789012:role/robot' },
    }),
    "clients[0].authentication.method: 'aws_caller_identity' is not accepted by this deployment; add awsCallerIdentity: true",
  ],
  [
    'a path of roles that sign requests',
    {
      ...(withClient({
        authentication: { method: 'aws_caller_identity', role: 'arn:aws:iam::123456789012:role/agents/*' },
      }) as object),
      awsCallerIdentity: true,
    },
    "clients[0].authentication.role: 'arn:aws:iam::123456789012:role/agents/*' is a path, and AWS tells no path of a signer; name one role",
  ],
  [
    'two clients of one role',
    {
      ...soundConfig,
      clients: ['one', 'two'].map((id) => ({
        ...{ id, agent: 'robot' },
        authentication: { method: 'aws_iam_jwt', role: 'arn:aws:iam::123456789012:role/robot' },
      })),
    },
    "clients[1].authentication.role: 'arn:aws:iam::123456789012:role/robot' is the role of clients[0] too; a role is one client",
  ],
];
