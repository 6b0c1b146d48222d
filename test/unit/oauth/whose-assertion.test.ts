import { describe, expect, it } from 'vitest';
import { claimsToBeOfAws } from '../../../lambdas/oauth/client-authentication/aws/read-identity.ts';
import { Secret } from '../../../lambdas/runtime/secret.ts';

const account = 'https://1f0c9b7a-2d48-4191-9c3e-5b7d1e8f9a02.tokens.sts.global.api.aws';
const document = 'https://chatgpt.com/oauth/client.json';

function assertion(claims: object): Secret {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return new Secret(`${encode({ alg: 'RS256' })}.${encode(claims)}.c2ln`);
}

describe('an assertion', () => {
  it.each([
    [
      'of AWS, whose issuer speaks of a role',
      { iss: account, sub: 'arn:aws:iam::123456789012:role/a' },
      true,
    ],
    ['of an issuer that speaks of somebody else', { iss: document, sub: 'someone' }, true],
    ['of a client that is its metadata document', { iss: document, sub: document }, false],
    ['of a client with a key', { iss: 'planner', sub: 'planner' }, false],
    ['that says nothing', {}, false],
  ])('%s', (_, claims, isOfAws) => {
    expect(claimsToBeOfAws(assertion(claims))).toBe(isOfAws);
  });
});
