import { describe, expect, it } from 'vitest';
import { readCallerRequest } from '../../../lambdas/oauth/client-authentication/aws/caller-request.ts';
import { Secret } from '../../../lambdas/runtime/secret.ts';
import { issuer, now } from './mothers.ts';

/** As it is sent in that region; the signature is not looked at. */
function signedIn(region: string): Secret {
  const host = `sts.${region}.amazonaws.com`;
  const date = new Date(now * 1_000).toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `AKIAIOSFODNN7EXAMPLE/${date.slice(0, 8)}/${region}/sts/aws4_request`;
  const names = 'content-type;host;x-amz-date;x-vestibule-issuer';
  const headers = {
    host,
    'content-type': 'application/x-www-form-urlencoded',
    'x-amz-date': date,
    'x-vestibule-issuer': issuer,
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=${names}, Signature=${'0'.repeat(64)}`,
  };
  const request = { url: `https://${host}/`, headers };
  return new Secret(Buffer.from(JSON.stringify(request)).toString('base64url'));
}

const read = (region: string) => readCallerRequest(signedIn(region), { issuer, hosts: 'public' }, now);

describe('a signed request', () => {
  it.each([
    'us-east-1',
    'ap-southeast-4',
    'us-gov-west-1',
    'us-isob-east-1',
    'eu-isoe-west-1',
    'mx-central-1',
  ])('is sent to STS in %s', (region) => {
    expect(read(region)).toMatchObject({
      value: { request: { endpoint: `https://sts.${region}.amazonaws.com` } },
    });
  });

  // Anybody may name a bucket `sts`, and other services of AWS give out names in their own places.
  it.each([
    's3',
    's3-accelerate',
    's3-eu-west-1',
    's3-website-us-east-1',
    'elb',
    'us-east',
    '1',
    '-',
    'us--1',
  ])('is sent nowhere in %s, which is no Region', (region) => {
    expect(read(region)).toMatchObject({ ok: false, refusal: { reason: 'assertion_not_acceptable' } });
  });
});
