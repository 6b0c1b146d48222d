import type { Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ProxiedProvider } from '../config/proxied-registration.ts';
import { poolOfIssuer } from '../config/user-pool.ts';

/** By what clients are registered at an identity provider. */
export interface RegistrationCredential {
  /** As the enrolment function reads it. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly grantUse: (grantee: IGrantable) => void;
}

/** The role of the enrolment function itself, for one user pool: it makes, removes and finds app clients of that pool, and gives them pages. */
export function poolCredential(stack: Stack, { idp, registration }: ProxiedProvider): RegistrationCredential {
  const { userPoolArn, supportedIdentityProviders = ['COGNITO'], managedLogin = false } = registration;
  const arn = userPoolArn ?? arnIn(stack, idp.issuer);
  return {
    variables: { userPool: { arn, supportedIdentityProviders, managedLogin } },
    grantUse: (grantee) => {
      Grant.addToPrincipal({
        grantee,
        actions: [
          'cognito-idp:CreateUserPoolClient',
          'cognito-idp:DeleteUserPoolClient',
          'cognito-idp:ListUserPoolClients',
          ...(managedLogin ? ['cognito-idp:CreateManagedLoginBranding'] : []),
        ],
        resourceArns: [arn],
      });
    },
  };
}

/** A pool is in the account of the stack: it has no policy of its own by which another account could reach it. */
function arnIn({ partition, account }: Stack, issuer: string): string {
  const pool = poolOfIssuer(issuer);
  if (pool === undefined) throw new Error(`${issuer} does not say which user pool it is of`);
  return `arn:${partition}:cognito-idp:${pool.region}:${account}:userpool/${pool.id}`;
}
