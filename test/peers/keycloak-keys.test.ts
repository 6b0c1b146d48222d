import { afterAll, beforeAll, expect, test } from 'vitest';
import { config as example } from '../../vestibule.config.ts';
import { drive } from '../spec/support/driver.ts';
import { deskAt, peoplesClients, requestOf } from '../spec/support/people.ts';
import { vestibule } from '../spec/support/vestibule-command.ts';
import { createBrowser } from '../support/browser-player.ts';
import { startDeployment, type TestDeployment } from '../support/deployment.ts';
import { freePortBlock } from '../support/free-ports.ts';
import { type KeycloakServer, type Realm, startRealms } from './keycloak.ts';

let deployment: TestDeployment;
let keycloak: KeycloakServer;

beforeAll(async () => {
  const port = await freePortBlock();
  const idp = { id: 'company', issuer: `http://localhost:${port + 2}/realms/company`, clientId: 'vestibule' };
  deployment = await startDeployment({
    port,
    config: {
      ...example,
      identityProviders: [{ ...idp, authentication: { method: 'private_key_jwt', alg: 'ES256' } }],
      clients: [...example.clients, ...peoplesClients],
      roles: [{ id: 'everyone', groups: 'everyone', scopes: { demo: ['tools:read'] } }],
    },
  });
  keycloak = await startRealms(port + 2, [realmFor(deployment.issuer)]);
}, 320_000);

afterAll(async () => {
  keycloak.stop();
  await deployment.stop();
});

/** One person, and the client that we are there: known by the keys that it fetches from us, and by no secret. */
function realmFor(issuer: string): Realm {
  return {
    ...{ realm: 'company', enabled: true, sslRequired: 'none' },
    users: [
      {
        ...{ username: 'alice', firstName: 'Alice', lastName: 'Adams', email: 'alice@example.com' },
        ...{ enabled: true, emailVerified: true, realmRoles: ['offline_access'] },
        credentials: [{ type: 'password', value: 'alice', temporary: false }],
      },
    ],
    clients: [
      {
        ...{ clientId: 'vestibule', protocol: 'openid-connect', enabled: true, publicClient: false },
        ...{ standardFlowEnabled: true, redirectUris: [`${issuer}/callback/company`] },
        clientAuthenticatorType: 'client-jwt',
        attributes: {
          ...{ 'pkce.code.challenge.method': 'S256', 'use.jwks.url': 'true' },
          'jwks.url': `${issuer}/.well-known/identity-provider-keys/company`,
        },
      },
    ],
  };
}

test('the doctor finds that it takes our key', async () => {
  const { code, out } = await vestibule(deployment, ['idp', 'doctor', 'company']);
  expect([code, out]).toEqual([0, expect.stringContaining('it takes our key')]);
});

test('takes assertions by the key that it fetches: people sign in', async () => {
  const company = { ...deployment, mcpUrl: example.resources[0].uri, idpUrl: keycloak.root };
  const { arrival } = await createBrowser().walk({ authorizeUrl: requestOf(company), user: 'alice' });
  if (arrival.kind === 'page') throw new Error(arrival.page.text);
  const { redeem } = deskAt(drive(deployment));
  const tokens = await redeem(arrival.url.searchParams.get('code') ?? '');
  expect([tokens.status, tokens.text]).toEqual([200, expect.anything()]);
});
