import { afterEach, describe, expect } from 'vitest';
import { type ExchangeAnswer, refused } from '../../support/played-exchanges.ts';
import { type Provider, startApiProviders } from '../support/api-providers.ts';
import { forThisFile } from '../support/this-file.ts';
import { vestibule } from '../support/vestibule-command.ts';
import { verifies } from '../verifies.ts';

const office = forThisFile(() => startApiProviders());
const all = ['keycloak', 'okta', 'auth0', 'cognito', 'entra'] as const;
afterEach(() => {
  for (const name of all) {
    office.play(name);
    office.exchanges[name].play();
  }
});

interface Check {
  readonly subject: string;
  readonly of?: string;
  readonly outcome: string;
  readonly findings: readonly { readonly code: string; readonly what: string; readonly fix: string }[];
}

/** What the doctor says of the APIs behind a provider: by the id of each. */
async function apisOf(idp: Provider): Promise<Readonly<Record<string, Check>>> {
  const { out } = await vestibule(office.deployment, ['idp', 'doctor', idp, '--json']);
  const { checks } = JSON.parse(out) as { readonly checks: readonly Check[] };
  const apis = checks.filter(({ subject }) => subject === 'downstream_api');
  return Object.fromEntries(apis.map((check) => [check.of ?? '', check]));
}

const outcomes = async (idp: Provider): Promise<Readonly<Record<string, string>>> =>
  Object.fromEntries(Object.entries(await apisOf(idp)).map(([id, { outcome }]) => [id, outcome]));

describe('an API that is set up as its strategy wants it', () => {
  verifies('vestibule:doctor-apis', 'is told to be so, at each kind of provider', async () => {
    expect(await outcomes('keycloak')).toEqual({ keycloak: 'good' });
    expect(await outcomes('auth0')).toEqual({ auth0: 'good' });
    expect(await outcomes('cognito')).toEqual({ cognito: 'good', cognitoOwn: 'good' });
    expect(await outcomes('entra')).toEqual({ entra: 'good', entraAgent: 'good' });
    // An agent at Okta has a key, and here it has none.
    expect(await outcomes('okta')).toEqual({ okta: 'good', oktaOther: 'good', oktaAgent: 'error' });
  });

  verifies(
    'vestibule:doctor-apis',
    'is asked for by a token that nobody gave, another each time',
    async () => {
      const { exchanges } = office;
      const before = exchanges.keycloak.given.length;
      await apisOf('keycloak');
      await apisOf('keycloak');
      const [first, second] = exchanges.keycloak.requests.slice(-2).map(({ form }) => form);
      expect(first).toEqual({ ...second, subject_token: first?.['subject_token'] });
      expect(first?.['subject_token']).not.toBe(second?.['subject_token']);
      expect(first?.['scope']).toBe('read write');
      expect(exchanges.keycloak.given).toHaveLength(before);
    },
  );
});

describe('what keeps everybody from the tokens of an API', () => {
  const words = (said: string): ExchangeAnswer => refused('invalid_request', { error_description: said });
  const wrong: readonly (readonly [Provider, string, ExchangeAnswer, string, RegExp])[] = [
    [
      ...(['keycloak', 'keycloak'] as const),
      words('Standard token exchange is not enabled for the requested client'),
      ...(['exchange_not_allowed', /client vestibule exchange tokens: .*"Standard token exchange"/] as const),
    ],
    [
      ...(['keycloak', 'keycloak', words('DPoP proof is missing')] as const),
      ...(['exchanged_tokens_bound', /"Require DPoP bound tokens"/] as const),
    ],
    [
      ...(['cognito', 'cognito', refused('unauthorized_client')] as const),
      ...(['exchange_not_allowed', /ALLOW_TOKEN_EXCHANGE_IMPERSONATION/] as const),
    ],
    [
      ...(['auth0', 'auth0', refused('invalid_client', {}, 401)] as const),
      ...(['exchange_client_refused', /ApiSecretauth0/] as const),
    ],
    ['okta', 'okta', refused('invalid_scope'), 'exchange_scope_refused', /downstreamApis\[\]\.scopes/],
    ['okta', 'okta', refused('invalid_target'), 'exchange_target_refused', /Compare audience and resource/],
    ['okta', 'oktaOther', { status: 404, body: {} }, 'token_endpoint_not_oauth', /strategy\.issuer/],
    ['okta', 'okta', { status: 503, body: {} }, 'provider_down', /log/],
    [
      ...(['okta', 'okta', { status: 200, body: { access_token: 'x', token_type: 'Bearer' } }] as const),
      ...(['token_not_checked', /idp disable/] as const),
    ],
    [
      ...(['entra', 'entra', words('AADSTS28000: more than one resource')] as const),
      ...(['exchange_scope_refused', /what the provider calls them/] as const),
    ],
  ];

  verifies('vestibule:doctor-apis', 'is named, with the setting to change', async () => {
    for (const [idp, api, answer, code, fix] of wrong) {
      office.exchanges[idp].play(() => answer);
      const { [api]: check } = await apisOf(idp);
      expect([code, check]).toMatchObject([
        code,
        { outcome: 'error', findings: [{ code, fix: expect.stringMatching(fix) as string }] },
      ]);
      office.exchanges[idp].play();
    }
  });

  verifies('vestibule:doctor-apis', 'may be that the provider exchanges nothing at all', async () => {
    office.play('keycloak', { metadata: { grant_types_supported: ['authorization_code'] } });
    // What works is not doubted for what the document leaves out.
    expect(await outcomes('keycloak')).toEqual({ keycloak: 'good' });
    office.exchanges.keycloak.play(() => refused('unsupported_grant_type'));
    const { keycloak } = await apisOf('keycloak');
    expect(keycloak).toMatchObject({ findings: [{ code: 'exchange_unsupported' }] });
    expect(keycloak?.findings[0]?.fix).toContain('26.2');
  });

  verifies('vestibule:doctor-apis', 'keeps nobody from signing in, and is said apart', async () => {
    office.exchanges.cognito.play(() => refused('unauthorized_client'));
    const { code, out } = await vestibule(office.deployment, ['idp', 'doctor', 'cognito']);
    expect(code).toBe(1);
    expect(out).toMatch(/^✗ API cognito +The client vestibule may not exchange tokens$/m);
    expect(out).toContain('People can sign in; nobody gets tokens of the APIs that are marked ✗.');
  });
});

describe('what cannot be told of an API', () => {
  verifies('vestibule:doctor-apis', 'is not claimed', async () => {
    office.exchanges.entra.play(() =>
      refused('invalid_grant', { error_description: 'AADSTS700000: something else' }),
    );
    office.exchanges.okta.play(() => refused('slow_down'));
    expect(await outcomes('entra')).toMatchObject({ entra: 'not_checked' });
    expect(await outcomes('okta')).toMatchObject({ okta: 'not_checked' });
    // What is wrong with the client of the sign-in is told once.
    office.play('keycloak', { answers: { '/token': { status: 401, body: { error: 'invalid_client' } } } });
    office.exchanges.keycloak.play(() => refused('invalid_client', {}, 401));
    expect(await outcomes('keycloak')).toEqual({ keycloak: 'not_checked' });
  });

  verifies('vestibule:doctor-apis', 'is not asked of who may be somebody else', async () => {
    const before = office.exchanges.auth0.requests.length;
    office.play('auth0', { metadata: { issuer: 'https://other.example.com' } });
    expect(await outcomes('auth0')).toEqual({ auth0: 'not_checked' });
    expect(office.exchanges.auth0.requests).toHaveLength(before);
  });
});
