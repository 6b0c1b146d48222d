import * as v from 'valibot';
import { instant, type Instant } from '../../../runtime/clock.ts';
import { ok, type Result } from '../../../runtime/result.ts';
import type { Secret } from '../../../runtime/secret.ts';
import type { ClientRefusal } from '../../refusal.ts';
import { isAwsIssuer, type IssuerHosts } from '../../workload/aws-issuer.ts';
import { accountOfRole } from '../../workload/role-pattern.ts';
import { awsAlgorithms, type AwsAlgorithm } from '../assertion-algorithms.ts';
import {
  type AssertionAudiences,
  audienceOf,
  commonClaims,
  decode,
  faultInTimes,
  longestLife,
  skew,
  unacceptable,
} from '../assertion-claims.ts';

/** What AWS says of a workload in a token of sts:GetWebIdentityToken; its signature is still to be verified. */
export interface AwsIdentity {
  readonly algorithm: AwsAlgorithm;
  readonly kid: string | undefined;
  readonly issuer: string;
  readonly role: string;
  readonly account: string;
  readonly organization: string | undefined;
  readonly principalTags: Readonly<Record<string, string>>;
  readonly lambdaFunction: string | undefined;
  readonly jti: string;
  /** When nothing will accept the token any more. */
  readonly deadAt: Instant;
}

export interface AwsIdentityContext {
  readonly audiences: AssertionAudiences;
  readonly issuerHosts: IssuerHosts;
}

const headerShape = v.object({
  alg: v.picklist(awsAlgorithms),
  kid: v.optional(v.string()),
  typ: v.optional(v.pipe(v.string(), v.toLowerCase(), v.literal('jwt'))),
  crit: v.optional(v.never()),
});

// `request_tags` stand beside these and are no part of it: whoever asks for a token writes them himself.
const statement = v.object({
  aws_account: v.pipe(v.string(), v.regex(/^\d{12}$/)),
  org_id: v.optional(v.string()),
  principal_tags: v.optional(v.record(v.string(), v.string()), {}),
  lambda_source_function_arn: v.optional(v.string()),
});

const claimsShape = v.object({
  ...commonClaims,
  /** A path may be 512 characters long and a name 64. */
  sub: v.pipe(v.string(), v.maxLength(1_024)),
  iat: v.pipe(v.number(), v.finite()),
  'https://sts.amazonaws.com/': statement,
});

/**
 * Whether an assertion is to be read as one of AWS, whose `iss` is a URL. So is that of a client which is its metadata
 * document; but whoever signs for itself is `iss` and `sub` alike (RFC 7523 §3).
 */
export function claimsToBeOfAws(assertion: Secret): boolean {
  const parsed = v.safeParse(v.object({ iss: v.string(), sub: v.unknown() }), decode(assertion)?.claims);
  return parsed.success && parsed.output.iss.includes('://') && parsed.output.iss !== parsed.output.sub;
}

/** Reads a token of AWS STS and judges everything that can be judged without knowing the client (RFC 7523 §3). */
export function readAwsIdentity(
  assertion: Secret,
  { audiences, issuerHosts }: AwsIdentityContext,
  now: Instant,
): Result<AwsIdentity, ClientRefusal> {
  const decoded = decode(assertion);
  const header = v.safeParse(headerShape, decoded?.header);
  if (!header.success) return unacceptable('must be a JWT signed with ES384 or RS256');
  const parsed = v.safeParse(claimsShape, decoded?.claims);
  if (!parsed.success) {
    return unacceptable('must carry iss, sub, one aud, exp, iat, jti and the claims of sts.amazonaws.com');
  }
  const { 'https://sts.amazonaws.com/': said, ...claims } = parsed.output;
  if (!isAwsIssuer(claims.iss, issuerHosts)) {
    return unacceptable(
      'must have the issuer of an AWS account as iss: https://<id>.tokens.sts.global.api.aws',
    );
  }
  const account = accountOfRole(claims.sub);
  if (account === undefined) return unacceptable('must have the ARN of an IAM role as sub');
  if (account !== said.aws_account) return unacceptable('must be of the account that its sub is in');
  if (audienceOf(claims.aud, audiences) === undefined) {
    return unacceptable('must have the issuer or the token endpoint as its only aud');
  }
  const fault = faultInTimes(claims, now) ?? faultInLife(claims);
  if (fault !== undefined) return unacceptable(fault);
  return ok({
    algorithm: header.output.alg,
    kid: header.output.kid,
    issuer: claims.iss,
    role: claims.sub,
    account,
    organization: said.org_id,
    principalTags: said.principal_tags,
    lambdaFunction: said.lambda_source_function_arn,
    jti: claims.jti,
    deadAt: instant(Math.ceil(claims.exp) + skew),
  });
}

/** AWS STS gives an hour at most: a token that says more is none of its tokens. */
function faultInLife({ iat, exp }: { readonly iat: number; readonly exp: number }): string | undefined {
  return exp - iat > longestLife ? `must live for ${longestLife} seconds at most` : undefined;
}
