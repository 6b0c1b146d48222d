import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../lambdas/runtime/digest.ts';
import { at, type Exchanging, startExchanging } from '../spec/support/exchanging.ts';
import { types } from '../spec/support/foreign-house.ts';
import { freePortBlock } from '../support/free-ports.ts';
import { type KeycloakServer, type Realm, startRealms } from './keycloak.ts';

const api = 'https://planner.example.com';
let house: Exchanging;
let keycloak: KeycloakServer;
let issuer: string;

/** A company whose portal calls our planner: alice uses it, and it has a service account. */
const partner: Realm = {
  ...{ realm: 'partner', enabled: true, sslRequired: 'none', accessTokenLifespan: 3_600 },
  users: [
    {
      ...{ username: 'alice', firstName: 'Alice', lastName: 'Adams', email: 'alice@partner.example' },
      ...{ enabled: true, emailVerified: true },
      credentials: [{ type: 'password', value: 'alice', temporary: false }],
    },
  ],
  clients: [
    {
      ...{ clientId: 'portal', secret: 'only-on-this-machine', protocol: 'openid-connect', enabled: true },
      ...{ publicClient: false, directAccessGrantsEnabled: true, serviceAccountsEnabled: true },
      protocolMappers: [
        {
          ...{ name: 'planner', protocol: 'openid-connect', protocolMapper: 'oidc-audience-mapper' },
          config: {
            ...{ 'included.custom.audience': api, 'access.token.claim': 'true', 'id.token.claim': 'false' },
          },
        },
      ],
    },
  ],
};

beforeAll(async () => {
  const port = await freePortBlock();
  issuer = `http://localhost:${port}/realms/partner`;
  house = await startExchanging((config) => ({
    ...config,
    trustAnchors: [
      {
        ...{ id: 'partner', issuer, accepts: ['access_token', 'id_token'], actors: ['planner'] },
        ...{ audiences: [api, 'portal'], requiredClaims: { azp: 'portal' } },
        grants: [{ resource: 'analyst', scopes: ['ask'] }],
      },
    ],
  }));
  keycloak = await startRealms(port, [partner]);
}, 240_000);

afterAll(async () => {
  keycloak.stop();
  await house.stop();
});

/** What Keycloak answers to the portal. */
async function tokens(form: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>> {
  const body = { client_id: 'portal', client_secret: 'only-on-this-machine', ...form };
  const response = await fetch(`${issuer}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams(body),
  });
  return (await response.json()) as Readonly<Record<string, string>>;
}

const alices = () =>
  tokens({ grant_type: 'password', username: 'alice', password: 'alice', scope: 'openid' });

const exchange = (token: string | undefined, subject_token_type: string = types.access) =>
  house.exchange('planner-client', String(token), { subject_token_type, resource: at.analyst, scope: 'ask' });

describe('a realm of Keycloak as a trust anchor', () => {
  test('has its access and ID tokens exchanged for tokens of the same person', async () => {
    const { access_token: access = '', id_token: idToken = '' } = await alices();
    const { sub } = decodeJwt(access);
    for (const [token, type] of [
      [access, types.access],
      [access, types.jwt],
      [idToken, types.id],
      [idToken, types.jwt],
    ] as const) {
      const { status, body } = await exchange(token, type);
      expect([type, status]).toEqual([type, 200]);
      expect(decodeJwt(String(body['access_token']))).toMatchObject({
        ...{ sub: `person.${sha256(`${issuer}\0\0${String(sub)}`)}`, aud: at.analyst },
        act: { sub: 'planner' },
      });
    }
  });

  test('has each of its other tokens named', async () => {
    const { access_token: access, id_token: idToken, refresh_token: refresh } = await alices();
    const { access_token: service } = await tokens({ grant_type: 'client_credentials' });
    for (const [token, type, words] of [
      [idToken, types.access, /is an id_token/],
      [access, types.id, /is an access token/],
      [refresh, types.jwt, /must be signed by an RSA/],
      [service, types.access, /of an application, and of no person/],
    ] as const) {
      const { status, body } = await exchange(token, type);
      expect([status, body['error']]).toEqual([400, 'invalid_request']);
      expect(body['error_description']).toMatch(words);
    }
  });

  test('has its keys followed when it rotates them', async () => {
    const before = await alices();
    await keycloak.call('partner', 'POST', 'components', {
      ...{ name: 'next', providerId: 'rsa-generated', providerType: 'org.keycloak.keys.KeyProvider' },
      config: { priority: ['1000'], algorithm: ['RS256'], enabled: ['true'], active: ['true'] },
    });
    const after = await alices();
    const [old, next] = [before, after].map(
      ({ access_token: token = '' }) => decodeProtectedHeader(token).kid,
    );
    expect(next).not.toBe(old);
    house.run.clock.advance(31);
    expect((await exchange(after['access_token'])).status).toBe(200);
    expect((await exchange(before['access_token'])).status).toBe(200);
  });

  test('speaks for no other realm', async () => {
    const response = await fetch(`${keycloak.root}/realms/master/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({
        ...{ grant_type: 'password', client_id: 'admin-cli' },
        ...{ username: 'admin', password: 'only-on-this-machine' },
      }),
    });
    const { access_token: token } = (await response.json()) as { readonly access_token: string };
    const { status, body } = await exchange(token);
    expect([status, body['error']]).toEqual([400, 'invalid_request']);
  });
});
