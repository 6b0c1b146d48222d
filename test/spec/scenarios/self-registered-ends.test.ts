import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { createVerifier, type Verifier } from '../../../lambdas/resource-server/index.ts';
import { config as exampleConfig } from '../../../vestibule.config.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type Answer, type Driver, drive } from '../support/driver.ts';
import { type Granting, grantingAt, redirectUri } from '../support/granted.ts';
import { publicApp, type Registering, registering } from '../support/registering.ts';
import { verifies } from '../verifies.ts';

const asked = {
  client_name: 'Own',
  redirect_uris: [redirectUri],
  token_endpoint_auth_method: 'client_secret_post',
};

let deployment: TestDeployment;
let client: Driver;
let clients: Registering;
let granting: Granting;
let verifier: Verifier;
let demo: string;

beforeAll(async () => {
  deployment = await startDeployment({ config: { ...exampleConfig, registration: { mode: 'approval' } } });
  client = drive(deployment);
  clients = registering(client);
  granting = grantingAt(deployment, client);
  demo = String((await client.admin('GET', 'resources/demo')).body['uri']);
  const now = (): number => Math.floor(deployment.run.clock.now() / 1000);
  verifier = createVerifier({ issuer: client.issuer, resource: demo, now });
});

afterAll(async () => {
  granting.stop();
  await deployment.stop();
});

async function approved(metadata: object): Promise<Answer> {
  const registered = await clients.register(metadata);
  const path = `clients/${String(registered.body['client_id'])}/enable`;
  expect((await client.admin('POST', path)).status).toBe(200);
  return registered;
}

/** An access token on what a person granted to that client. */
async function tokenOf({ body }: Answer): Promise<string> {
  client.letCachesExpire();
  const clientId = String(body['client_id']);
  const secret = body['client_secret'] as string | undefined;
  const code = await granting.code({ clientId, resource: demo });
  const answer = await granting.redeem(code, clientId, secret === undefined ? {} : { client_secret: secret });
  expect(answer.status, answer.text).toBe(200);
  return String(answer.body['access_token']);
}

async function statusAt(token: string): Promise<number> {
  const verification = await verifier.verify(`Bearer ${token}`);
  return verification.ok ? 200 : verification.challenge.status;
}

describe('an offline verifier', () => {
  verifies(
    ['vestibule:self-registered-ends', 'rfc7592:2.3:delete'],
    'refuses the tokens of a client that removed itself, within thirty seconds, and of no other',
    async () => {
      const [leaving, staying] = [await approved(asked), await approved({ ...asked, client_name: 'Other' })];
      const [token, other] = [await tokenOf(leaving), await tokenOf(staying)];
      expect(await statusAt(token)).toBe(200);
      const removed = await clients.manage('DELETE', leaving, leaving.body['registration_access_token']);
      expect(removed.status).toBe(204);
      deployment.run.clock.advance(29);
      expect([await statusAt(token), await statusAt(other)]).toEqual([401, 200]);
    },
  );

  verifies(
    'vestibule:self-registered-ends',
    'refuses them while an operator has to approve again what the client became, and takes them after',
    async () => {
      const registered = await approved({ ...asked, client_name: 'Changing' });
      const [id, access] = [registered.body['client_id'], registered.body['registration_access_token']];
      const token = await tokenOf(registered);
      const change = (name: string): Promise<Answer> =>
        clients.manage('PUT', registered, access, { ...asked, client_id: id, client_name: name });
      expect((await change('Changing')).status).toBe(200);
      deployment.run.clock.advance(29);
      expect(await statusAt(token)).toBe(200);
      expect((await change('Changed')).status).toBe(200);
      deployment.run.clock.advance(29);
      expect(await statusAt(token)).toBe(401);
      await client.admin('POST', `clients/${String(id)}/enable`);
      deployment.run.clock.advance(29);
      expect(await statusAt(token)).toBe(200);
    },
  );

  verifies(
    'vestibule:no-token-outlives-its-client',
    'need not be told that a client expired: no token of it lives longer',
    async () => {
      const registered = await approved(publicApp('Short-lived'));
      const usual = decodeJwt(await tokenOf(registered));
      expect((usual.exp ?? 0) - (usual.iat ?? 0)).toBe(900);
      deployment.run.clock.advance(24 * 3_600 - 100);
      const last = await tokenOf(registered);
      const { exp = 0, iat = 0 } = decodeJwt(last);
      expect(exp - iat).toBeGreaterThan(0);
      expect(exp - iat).toBeLessThanOrEqual(100);
      expect(await statusAt(last)).toBe(200);
      deployment.run.clock.advance(100);
      expect(await statusAt(last)).toBe(401);
      expect(await clients.isKnown(registered.body['client_id'])).toBe(false);
    },
  );
});
