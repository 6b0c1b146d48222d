import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClientConfig, VestibuleConfig } from '../../lib/index.ts';
import { basic, drive } from '../spec/support/driver.ts';
import { hosted, requestOf, signIn, verifier } from '../spec/support/people.ts';
import { type Company, startCompany } from '../support/company.ts';
import { freePortBlock } from '../support/free-ports.ts';
import { type KeycloakServer, type Realm, startRealms } from './keycloak.ts';

const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const type = (name: string): string => `urn:ietf:params:oauth:token-type:${name}`;
const wiki = 'https://auth.wiki.example';
let company: Company;
let keycloak: KeycloakServer;
let partner: string;

const portal: ClientConfig = {
  ...{ id: 'portal', agent: 'planner', authentication: { method: 'client_secret_basic' } },
  ...{ grants: ['authorization_code', 'refresh_token', exchange], consent: 'implied' },
  redirectUris: [hosted],
};

function assertingTo(audience: string) {
  return (config: VestibuleConfig): VestibuleConfig => ({
    ...config,
    clients: [...config.clients, portal],
    identityAssertions: [
      { audience, clients: { portal: 'portal-there' }, scopes: ['files.read'] },
      { audience: wiki, clients: { portal: 'portal-there' }, scopes: ['wiki.read'] },
    ],
  });
}

/** A partner whose Keycloak takes what we assert of alice, by the account that she has there, for two clients. */
function partnerOf({ issuer }: Company): Realm {
  const client = (clientId: string): object => ({
    ...{ clientId, secret: 'only-on-this-machine', protocol: 'openid-connect', enabled: true },
    ...{ publicClient: false, standardFlowEnabled: false },
    attributes: {
      'oauth2.jwt.authorization.grant.enabled': 'true',
      'oauth2.jwt.authorization.grant.idp': 'vestibule',
    },
  });
  return {
    ...{ realm: 'partner', enabled: true, sslRequired: 'none' },
    users: [
      {
        ...{ username: 'alice', firstName: 'Alice', lastName: 'Adams', email: 'alice@partner.example' },
        ...{ enabled: true, emailVerified: true },
      },
    ],
    clients: [client('portal-there'), client('kiosk-there')],
    identityProviders: [
      {
        ...{ alias: 'vestibule', providerId: 'oidc', enabled: true },
        config: {
          ...{ issuer, jwksUrl: `${issuer}/.well-known/jwks.json`, useJwksUrl: 'true' },
          ...{ validateSignature: 'true', jwtAuthorizationGrantEnabled: 'true' },
          ...{ authorizationUrl: `${issuer}/authorize`, tokenUrl: `${issuer}/token` },
          ...{ clientId: 'partner', clientSecret: 'nobody-signs-in-there-by-us' },
        },
      },
    ],
  };
}

beforeAll(async () => {
  const port = await freePortBlock();
  partner = `http://localhost:${port}/realms/partner`;
  company = await startCompany({ change: assertingTo(partner) });
  keycloak = await startRealms(port, [partnerOf(company)], {
    ...{ is: 'newest', features: 'identity-assertion-jwt' },
  });
  const { sub } = decodeJwt(await idTokenOf('alice'));
  const [alice] = (await keycloak.call('partner', 'GET', 'users?username=alice')) as readonly [
    { readonly id: string },
  ];
  const linked = { identityProvider: 'vestibule', userId: sub, userName: 'alice' };
  await keycloak.call('partner', 'POST', `users/${alice.id}/federated-identity/vestibule`, linked);
}, 320_000);

afterAll(async () => {
  keycloak.stop();
  await company.stop();
});

async function atUs(form: Readonly<Record<string, string>>): Promise<Readonly<Record<string, unknown>>> {
  const { status, text, body } = await drive(company).token(
    form,
    basic('portal', await company.secretOf('portal')),
  );
  if (status !== 200) throw new Error(text);
  return body;
}

/** What we tell our own client of a person who signed in. */
async function idTokenOf(user: string): Promise<string> {
  const told = await signIn(requestOf(company, { client_id: 'portal', scope: 'openid tools:read' }), {
    user,
  });
  const { id_token: idToken } = await atUs({
    ...{ grant_type: 'authorization_code', code: told.get('code') ?? '' },
    ...{ redirect_uri: hosted, code_verifier: verifier },
  });
  return String(idToken);
}

/** What we assert of a person to an authorization server. */
async function idJag(user = 'alice', audience = partner): Promise<string> {
  const { access_token: asserted } = await atUs({
    ...{ grant_type: exchange, requested_token_type: type('id-jag'), audience },
    ...{ subject_token: await idTokenOf(user), subject_token_type: type('id_token') },
  });
  return String(asserted);
}

/** What Keycloak makes of an assertion. */
async function atPartner(
  assertion: string,
  clientId = 'portal-there',
): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(`${partner}/protocol/openid-connect/token`, {
    method: 'POST',
    headers: basic(clientId, 'only-on-this-machine'),
    body: new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }),
  });
  return (await response.json()) as Readonly<Record<string, unknown>>;
}

const refusal = async (assertion: string, clientId?: string): Promise<string> => {
  const { error, error_description: said } = await atPartner(assertion, clientId);
  return `${String(error)}: ${String(said)}`;
};

describe('an ID-JAG that we issue is taken by Keycloak', () => {
  test('for a token of the person there, of the client that it names', async () => {
    const { access_token: token, ...answer } = await atPartner(await idJag());
    expect([answer, token]).toEqual([expect.objectContaining({ token_type: 'Bearer' }), expect.any(String)]);
    expect(decodeJwt(String(token))).toMatchObject({
      ...{ iss: partner, azp: 'portal-there', preferred_username: 'alice' },
    });
  });

  test('once', async () => {
    const assertion = await idJag();
    expect(await atPartner(assertion)).toHaveProperty('access_token');
    expect(await refusal(assertion)).toBe('invalid_grant: Token reuse detected');
  });
});

describe('Keycloak refuses', () => {
  test('an ID-JAG that another client presents', async () => {
    expect(await refusal(await idJag(), 'kiosk-there')).toMatch(/^invalid_grant: client id in assertion/);
  });

  test('an ID-JAG for another authorization server', async () => {
    expect(await refusal(await idJag('alice', wiki))).toBe('invalid_grant: Invalid token audience');
  });

  test('an ID-JAG that somebody has changed', async () => {
    const [header, , signature] = (await idJag()).split('.');
    const claims = { ...decodeJwt(await idJag()), scope: 'realm-admin' };
    const forged = Buffer.from(JSON.stringify(claims)).toString('base64url');
    expect(await refusal([header, forged, signature].join('.'))).toMatch(/^invalid_grant: /);
  });

  test('an ID-JAG of somebody who has no account there', async () => {
    expect(await refusal(await idJag('bob'))).toBe('invalid_grant: User not found');
  });

  test('an id_token of ours', async () => {
    expect(await refusal(await idTokenOf('alice'))).toMatch(/^invalid_grant: /);
  });
});
