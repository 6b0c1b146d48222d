import { afterEach, describe, expect } from 'vitest';
import { type ExchangeAnswer, refused } from '../../support/played-exchanges.ts';
import { startApiProviders, type StrategyName } from '../support/api-providers.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const office = forThisFile(() => startApiProviders());
afterEach(() => {
  for (const name of ['keycloak', 'okta', 'auth0', 'cognito', 'entra'] as const) {
    office.play(name);
    office.exchanges[name].play();
  }
});

const strategies: readonly (readonly [StrategyName, string])[] = [
  ['keycloak', 'by Keycloak, which knows an API by its client'],
  ['okta', 'by the authorization server of Okta that people sign in at'],
  ['oktaOther', 'by another authorization server of the org'],
  ['oktaAgent', 'by an ID-JAG of Okta, redeemed where the API has its own authorization server'],
  ['auth0', 'by Auth0, for the token of an API of our own'],
  ['cognito', 'by a user pool of Cognito'],
  ['entra', 'by Entra on behalf of'],
  ['entraAgent', 'by an agent identity of Entra, for which its blueprint vouches'],
];

describe('a token of an API is given', () => {
  for (const [api, what] of strategies) {
    verifies('vestibule:api-strategies', what, async () => {
      expect(await office.exchange(api)).toMatchObject({
        told: 'exchanged',
        token: { accessToken: expect.stringMatching(/^api-canary-/) as string, scopes: ['read'] },
      });
    });
  }

  verifies('vestibule:api-strategies', 'for what is presented as each provider wants it', async () => {
    const refreshOf = (idp: 'auth0' | 'entra') =>
      office.idps[idp].requests.findLast(({ parameters }) => parameters['grant_type'] === 'refresh_token');
    await office.exchange('auth0');
    expect(refreshOf('auth0')?.parameters['audience']).toBe('https://vestibule');
    await office.exchange('entra');
    // For Microsoft Graph it would be good for nothing here.
    expect(refreshOf('entra')?.parameters['scope']).toBe('vestibule/.default openid profile offline_access');
  });

  verifies('vestibule:api-strategies', 'with those scopes alone that are asked', async () => {
    expect(await office.exchange('okta', ['write', 'read'])).toMatchObject({
      token: { scopes: ['read', 'write'] },
    });
    expect(office.exchanges.okta.requests.at(-1)?.form['scope']).toBe('read write');
  });
});

const machines: readonly (readonly [StrategyName, string])[] = [
  ['keycloak', 'of Keycloak, by its client scopes'],
  ['okta', 'of the authorization server of Okta that people sign in at'],
  ['oktaOther', 'of another authorization server of the org'],
  ['auth0', 'of Auth0, by the audience of the API'],
  ['cognitoOwn', 'of a user pool of Cognito, by an app client of its own'],
  ['entra', 'of Entra, for all that our application may do at the API'],
  ['entraAgent', 'of an agent identity of Entra, for which its blueprint vouches'],
];

describe('an agent gets a token as itself', () => {
  for (const [api, what] of machines) {
    verifies('rfc6749:4.4.2:upstream-machine-token', what, async () => {
      expect(await office.mint(api)).toMatchObject({
        told: 'minted',
        token: { accessToken: expect.stringMatching(/^api-canary-/) as string, scopes: ['read'] },
      });
    });
  }
});

describe('what is set up wrongly at a provider', () => {
  const told = async (api: StrategyName, idp: 'keycloak' | 'auth0' | 'okta', answer: ExchangeAnswer) => {
    office.exchanges[idp].play(() => answer);
    const { told: kind, ...rest } = await office.exchange(api);
    expect(kind).toBe('not_exchanged');
    return 'refusal' in rest ? rest.refusal : undefined;
  };

  verifies(
    'vestibule:api-faults',
    'is told by the sentences of Keycloak, with where it is mended',
    async () => {
      const sentences: readonly (readonly [string, string, string, RegExp])[] = [
        [
          'invalid_request',
          'Standard token exchange is not enabled for the requested client',
          'exchange_not_allowed',
          /^Let the client vestibule exchange tokens: .*"Standard token exchange"/,
        ],
        [
          'invalid_client',
          'Public client is not allowed to exchange token',
          'exchange_not_allowed',
          /"Client authentication" on/,
        ],
        ['invalid_client', 'Audience not found', 'audience_unknown', /in place of files-api/],
        ['invalid_client', 'Client disabled', 'audience_unknown', /that is enabled/],
        [
          'invalid_request',
          'Requested audience not available: files-api',
          'audience_not_allowed',
          /^Give the client vestibule a client scope that adds the audience files-api/,
        ],
        [
          'access_denied',
          'Client is not within the token audience',
          'presented_for_others',
          /name vestibule as an audience/,
        ],
        [
          'invalid_request',
          'DPoP proof is missing',
          'exchanged_tokens_bound',
          /^Do not require DPoP bound tokens of the client vestibule, and take dpop out/,
        ],
        [
          'invalid_request',
          'Sender-constrained token exchange rejected as the token was not issued for the requesting client',
          'presented_token_bound',
          /^Have tokens of the client vestibule, which people sign in with, be bound to no key/,
        ],
      ];
      for (const [error, said, fault, fix] of sentences) {
        const answer = refused(error, { error_description: said });
        expect(await told('keycloak', 'keycloak', answer)).toEqual({
          ...{ kind: 'refused', error, fault },
          fix: expect.stringMatching(fix) as string,
        });
      }
      // Whatever else it says may be of a person.
      const other = refused('invalid_request', { error_description: 'Invalid token of ann@example.com' });
      expect(await told('keycloak', 'keycloak', other)).toEqual({
        kind: 'refused',
        error: 'invalid_request',
      });
    },
  );

  verifies('vestibule:api-faults', 'is told by the error codes of any other', async () => {
    for (const error of ['unauthorized_client', 'unsupported_grant_type']) {
      expect(await told('auth0', 'auth0', refused(error))).toEqual({
        ...{ kind: 'refused', error, fault: 'exchange_not_allowed' },
        fix: expect.stringContaining('Let the client service exchange tokens: Auth0 Dashboard') as string,
      });
    }
    for (const error of ['invalid_dpop_proof', 'use_dpop_nonce']) {
      expect(await told('auth0', 'auth0', refused(error))).toEqual({
        ...{ kind: 'refused', error, fault: 'exchanged_tokens_bound' },
        fix: expect.stringMatching(/^Do not require .* of the client service, .*: Auth0 Dashboard/) as string,
      });
      // What is presented to another server alone may be bound to a key of ours.
      expect(await told('oktaAgent', 'okta', refused(error))).toEqual({
        ...{ kind: 'refused', error, fault: 'dpop_required' },
        fix: expect.stringMatching(/^Write dpop: true in identityProviders\[\]/) as string,
      });
    }
  });
});

describe('no token of an API is given', () => {
  const claims = '{"access_token":{"capolids":{"essential":true,"values":["c1f0"]}}}';
  verifies('rfc8693:2.2.2:upstream-answer', 'where Entra wants the person, or their consent', async () => {
    office.exchanges.entra.play(() =>
      refused('invalid_grant', {
        error_description: 'AADSTS50076: Due to a change made by ann@contoso.com',
        claims,
      }),
    );
    const interaction = { kind: 'interaction_required', claims, vendorCode: 'AADSTS50076' };
    expect(await office.exchange('entra')).toEqual({ told: 'not_exchanged', refusal: interaction });
    office.exchanges.entra.play(() =>
      refused('invalid_grant', { error_description: 'AADSTS65001: The user …' }),
    );
    const consent = { kind: 'consent_required', vendorCode: 'AADSTS65001' };
    expect(await office.exchange('entra')).toEqual({ told: 'not_exchanged', refusal: consent });
  });

  verifies(
    'vestibule:api-strategies',
    'where nobody vouches for the agent, or its identity is not granted',
    async () => {
      for (const [api, idp] of [
        ['entraAgent', 'entra'],
        ['oktaAgent', 'okta'],
      ] as const) {
        office.exchanges[idp].play(() => refused('access_denied'));
        expect(await office.exchange(api)).toEqual({
          ...{ told: 'not_exchanged', refusal: { kind: 'refused', error: 'access_denied' } },
        });
      }
      // An access token of the org, where a grant of identity was asked for, goes nowhere.
      office.exchanges.okta.play(() => office.exchanges.okta.give());
      expect(await office.exchange('oktaAgent')).toMatchObject({ refusal: { error: 'no_identity_grant' } });
    },
  );
});
