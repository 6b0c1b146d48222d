import { describe, expect, it } from 'vitest';
import { readEgressProvider } from '../../../lambdas/registry/declaration/egress-provider.ts';
import { context, refusalOf } from './judged-declarations.ts';
import { credential, tracker } from './tracker-declaration.ts';

const withCheck = (checkUrl: unknown) => {
  const revocation = {
    ...{ kind: 'api', method: 'DELETE', url: 'https://tracker.example.com/grant', authentication: 'client' },
    ...{ body: 'json', done: [204], check_url: checkUrl },
  };
  return { ...tracker, credential: { ...credential, revocation } };
};

describe('the declaration of where a third party is shown a token, to know whether it is one', () => {
  it.each(['https://tracker.example.com/me', 'https://tracker.example.com/apps/{client_id}/me'])(
    'is read: %s',
    (checkUrl) => {
      expect(readEgressProvider(withCheck(checkUrl), context)).toMatchObject({
        value: { credential: { revocation: { checkUrl } } },
      });
    },
  );

  it.each([
    [
      'https://tracker.example.com/{access_token}',
      /^credential\.revocation\.check_url .*: must be an https URL/,
    ],
    ['http://tracker.example.com/me', /^credential\.revocation\.check_url .*: must be an https URL/],
    [404, /^credential\.revocation\.check_url 404: must be text/],
    [
      'https://tracker.example.com/{fact:team}',
      /^credential .*names team in its revocation, which is no fact of it/,
    ],
  ])('is refused with a reason: %j', (checkUrl, reason) => {
    expect(refusalOf(readEgressProvider, withCheck(checkUrl))).toMatch(reason);
  });
});
