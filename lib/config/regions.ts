import { Token } from 'aws-cdk-lib';

/** The Region of all that CloudFront uses: certificates and web ACLs. */
export const edgeRegion = 'us-east-1';

/** The Region that an ARN names; undefined for one that only the deployment knows. */
export function regionOf(arn: string): string | undefined {
  return Token.isUnresolved(arn) ? undefined : /^arn:[^:]*:[^:]*:([^:]+):/.exec(arn)?.[1];
}
