import { describe, expect, test } from 'vitest';
import { egressAuthorizationUrl } from '../../../lambdas/egress/authorization-url.ts';
import { verifies } from '../../spec/verifies.ts';
import { anOAuthEgress } from './a-third-party.ts';

const start = {
  state: 'the-state',
  codeChallenge: 'the-challenge',
  redirectUri: 'https://ours.example/connect/third/callback',
  scopes: ['issues:read', 'issues:write'],
};

describe('whoever connects an account is sent to the third party', () => {
  test('with its own parameters, and its scopes as it names and parts them', () => {
    const provider = anOAuthEgress({
      authorizationEndpoint: 'https://third.example/authorize?tenant=acme',
      authorizationParameters: [{ name: 'access_type', value: 'offline' }],
      ...{ scopeParameter: 'user_scope', scopeSeparator: ',' },
    });
    const url = egressAuthorizationUrl(provider, start);
    expect(url.origin + url.pathname).toBe('https://third.example/authorize');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      ...{ tenant: 'acme', access_type: 'offline', user_scope: 'issues:read,issues:write' },
      ...{ response_type: 'code', client_id: 'our-app', redirect_uri: start.redirectUri },
      ...{ state: 'the-state', code_challenge: 'the-challenge', code_challenge_method: 'S256' },
    });
  });

  test('without an empty list of scopes', () => {
    const url = egressAuthorizationUrl(anOAuthEgress(), { ...start, scopes: [] });
    expect(url.searchParams.has('scope')).toBe(false);
  });

  verifies('rfc7636:4.3:third-parties', 'and no entry of the config changes what binds the answer', () => {
    const names = ['state', 'code_challenge', 'code_challenge_method', 'redirect_uri', 'client_id'];
    const provider = anOAuthEgress({
      authorizationEndpoint: 'https://third.example/authorize?state=theirs',
      authorizationParameters: [...names, 'response_type'].map((name) => ({ name, value: 'theirs' })),
    });
    const { searchParams } = egressAuthorizationUrl(provider, start);
    const told = [...names, 'response_type'].map((name) => searchParams.getAll(name));
    expect(told).toEqual([
      ...[['the-state'], ['the-challenge'], ['S256'], [start.redirectUri], ['our-app'], ['code']],
    ]);
  });
});
