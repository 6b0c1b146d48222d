import { describe, expect, it } from 'vitest';
import { readEgressProvider } from '../../../lambdas/registry/declaration/egress-provider.ts';
import { context, refusalOf } from './judged-declarations.ts';
import { credential, tracker } from './tracker-declaration.ts';

const check = {
  ...{ url: 'https://tracker.example.com/apps/{client_id}/check', body: 'json', gone: [404] },
  parameters: [{ name: 'token', value: '{access_token}' }],
};

const withCheck = (changes: object) => {
  const revocation = {
    ...{ kind: 'api', method: 'DELETE', url: 'https://tracker.example.com/grant', authentication: 'client' },
    ...{ body: 'json', done: [204], check: { ...check, ...changes } },
  };
  return { ...tracker, credential: { ...credential, revocation } };
};

describe('the declaration of how a third party tells whether a token is one', () => {
  it('is read', () => {
    expect(readEgressProvider(withCheck({}), context)).toMatchObject({
      value: { credential: { revocation: { check } } },
    });
  });

  it.each([
    [{ gone: [401] }, /^credential\.revocation\.check\.gone\[0\] 401: must be 404, 410 or 422/],
    [{ gone: [] }, /^credential\.revocation\.check\.gone .*: must name the status that proves it/],
    [{ gone: [404, 404] }, /^credential\.revocation\.check\.gone .*: must not name a status twice/],
    [
      { parameters: [{ name: 'token', value: '{refresh_token}' }] },
      /^credential\.revocation\.check\.parameters .*: must name \{access_token\}/,
    ],
    [
      { url: 'https://tracker.example.com/{access_token}' },
      /^credential\.revocation\.check\.url .*: must be an https URL/,
    ],
    [
      { url: 'https://tracker.example.com/{fact:team}' },
      /^credential .*names team in its revocation, which is no fact of it/,
    ],
    [{ method: 'GET' }, /^credential\.revocation\.check\.method: is no member of this declaration/],
  ])('is refused with a reason: %j', (changes, reason) => {
    expect(refusalOf(readEgressProvider, withCheck(changes))).toMatch(reason);
  });
});
