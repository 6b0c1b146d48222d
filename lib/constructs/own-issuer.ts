import { Grant, type IGrantable, type IRole } from 'aws-cdk-lib/aws-iam';
import type { VestibuleConfig } from '../config/config.ts';
import { acknowledge } from './acknowledge.ts';

/** Nobody accepts a token for it; the registrar reads who issued it, and throws it away. */
const audience = 'urn:vestibule:own-account';

/**
 * Lets a role find out who issues the identity tokens of its own account, where a client of the config is a role of
 * which no issuer is said.
 */
export function grantOwnIssuer(role: IRole, { clients }: VestibuleConfig): void {
  const isAsked = clients.some(
    ({ authentication }) => authentication.method === 'aws_iam_jwt' && authentication.issuer === undefined,
  );
  if (isAsked) grantOwnIdentity(role);
}

/** Lets a role find out who issues the identity tokens of its own account. */
export function grantOwnIdentity(role: IRole): void {
  grantIdentityToken(role, audience);
  acknowledge(
    role,
    'AwsSolutions-IAM5[Resource::*]',
    'The action knows no resource; the condition limits it to tokens that nobody accepts.',
  );
}

/** The token that AWS issues to a role, for that audience and no other. */
export function grantIdentityToken(grantee: IGrantable, tokenAudience: string): Grant {
  return Grant.addToPrincipal({
    grantee,
    actions: ['sts:GetWebIdentityToken'],
    resourceArns: ['*'],
    conditions: { 'ForAllValues:StringEquals': { 'sts:IdentityTokenAudience': [tokenAudience] } },
  });
}
