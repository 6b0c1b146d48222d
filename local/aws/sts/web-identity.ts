import { randomUUID } from 'node:crypto';
import { AwsError, type Caller, type Input, type Requirement } from '../service.ts';
import type { AccountIssuer } from './issuer.ts';
import { listOf, tagsOf, textOf } from './query.ts';
import type { TokenAlgorithm } from './token-keys.ts';

export interface WebIdentityOptions {
  readonly region: string;
  readonly issuer: AccountIssuer;
  /** Seconds. */
  readonly now: () => number;
  readonly isFederationEnabled: () => boolean;
}

interface Asked {
  readonly audience: readonly string[];
  readonly algorithm: TokenAlgorithm;
  readonly seconds: number;
  readonly tags: Readonly<Record<string, string>>;
}

const mostTags = 50;

/** What GetWebIdentityToken needs: the permission itself, and another one for tags of the caller's choice. */
export function webIdentityRequirements(input: Input): readonly Requirement[] {
  const asked = readAsked(input);
  const context = {
    'sts:IdentityTokenAudience': asked.audience,
    'sts:SigningAlgorithm': asked.algorithm,
  };
  const own = { action: 'sts:GetWebIdentityToken', resource: '*', context };
  const isTagged = Object.keys(asked.tags).length > 0;
  return isTagged ? [own, { action: 'sts:TagGetWebIdentityToken', resource: '*' }] : [own];
}

/** A signed statement of who calls, for whom the caller names as audience. */
export async function issueWebIdentityToken(
  { region, issuer, now, isFederationEnabled }: WebIdentityOptions,
  input: Input,
  caller: Caller,
): Promise<Readonly<Record<string, string>>> {
  const { audience, algorithm, seconds, tags } = readAsked(input);
  if (!isFederationEnabled()) {
    throw new AwsError(
      'OutboundWebIdentityFederationDisabledException',
      'Outbound web identity federation is not enabled for this account.',
      403,
    );
  }
  const iat = Math.floor(now());
  const { principal, organization, session = {} } = caller;
  const token = await issuer.sign(algorithm, {
    iss: issuer.url,
    aud: audience.length === 1 ? audience[0] : audience,
    sub: principal,
    iat,
    exp: iat + seconds,
    jti: randomUUID(),
    'https://sts.amazonaws.com/': {
      aws_account: caller.account,
      source_region: region,
      principal_id: principal,
      ...(organization !== undefined && { org_id: organization }),
      ...(session.tags !== undefined && { principal_tags: session.tags }),
      ...(Object.keys(tags).length > 0 && { request_tags: tags }),
      ...(session.lambdaFunctionArn !== undefined && {
        lambda_source_function_arn: session.lambdaFunctionArn,
      }),
    },
  });
  return { WebIdentityToken: token, Expiration: new Date((iat + seconds) * 1_000).toISOString() };
}

function readAsked(input: Input): Asked {
  const audience = listOf(input, 'Audience');
  if (audience.length === 0 || audience.length > 10) throw invalid('audience', 'one to ten audiences');
  const algorithm = textOf(input, 'SigningAlgorithm');
  if (algorithm !== 'ES384' && algorithm !== 'RS256') throw invalid('signingAlgorithm', '[ES384, RS256]');
  const seconds = Number(textOf(input, 'DurationSeconds') ?? 300);
  if (!Number.isInteger(seconds) || seconds < 60 || seconds > 3_600) {
    throw invalid('durationSeconds', 'a value between 60 and 3600');
  }
  const tags = tagsOf(input, 'Tags');
  if (tags.length > mostTags) throw invalid('tags', `at most ${mostTags} members`);
  return { audience, algorithm, seconds, tags: Object.fromEntries(tags) };
}

function invalid(field: string, constraint: string): AwsError {
  return new AwsError(
    'ValidationError',
    `1 validation error detected: Value at '${field}' failed to satisfy constraint: Member must satisfy ${constraint}`,
  );
}
