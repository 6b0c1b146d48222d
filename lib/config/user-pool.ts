import { Token } from 'aws-cdk-lib';

export const userPoolForm = /^arn:[a-z-]+:cognito-idp:[a-z0-9-]+:\d{12}:userpool\/[\w-]+_[0-9A-Za-z]+$/;

/** The region and the id of the user pool that an issuer is of, where it says so itself. */
export function poolOfIssuer(issuer: string): { readonly region: string; readonly id: string } | undefined {
  const form =
    /^https:\/\/cognito-idp(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([\w-]+_[0-9A-Za-z]+)$/;
  const [, region, id] = form.exec(issuer) ?? [];
  return region === undefined || id === undefined ? undefined : { region, id };
}

/** Whether an ARN is that of the pool whose issuer it is, as far as both are known before deployment. */
export function isPoolOf(arn: string, issuer: string): boolean {
  if (Token.isUnresolved(arn) || Token.isUnresolved(issuer)) return true;
  const named = poolOfIssuer(issuer);
  if (named === undefined) return arn.endsWith(`:userpool/${issuer.split('/').at(-1) ?? ''}`);
  return arn.includes(`:cognito-idp:${named.region}:`) && arn.endsWith(`:userpool/${named.id}`);
}
