import type { OAuthEgress } from '../../../lambdas/ports/egress-providers.ts';

/** A third party that does everything as it is written, but for what is given. */
export function anOAuthEgress(given: Partial<OAuthEgress> = {}): OAuthEgress {
  return {
    kind: 'oauth2',
    authorizationEndpoint: 'https://third.example/authorize',
    tokenEndpoint: 'https://third.example/token',
    clientId: 'our-app',
    clientAuthentication: 'client_secret_basic',
    authorizationParameters: [],
    scopeParameter: 'scope',
    scopeSeparator: ' ',
    body: 'form',
    headers: [],
    answer: { facts: [] },
    refresh: { kind: 'rotating' },
    revocation: { kind: 'rfc7009', endpoint: 'https://third.example/revoke' },
    ...given,
  };
}
