/** Where the issuers of AWS accounts may be: `loopback` adds the stand-in on this machine, over plain http. */
export type IssuerHosts = 'public' | 'loopback';

// The whole of it is compared, so that neither `….api.aws.example` nor `x-tokens.sts…` passes for an account.
const accountIssuer =
  /^https:\/\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tokens\.sts\.global\.api\.aws$/;
const loopbackIssuer = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\]):\d{1,5}$/;

/** Whether the text is the issuer of an AWS account, in the one spelling that its tokens carry. */
export function isAwsIssuer(text: string, hosts: IssuerHosts): boolean {
  return accountIssuer.test(text) || (hosts === 'loopback' && loopbackIssuer.test(text));
}

/** Where that issuer publishes its keys. */
export function keysOfAwsIssuer(issuer: string): string {
  return `${issuer}/.well-known/jwks.json`;
}
