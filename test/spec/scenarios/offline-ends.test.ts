import { afterAll, beforeAll, describe, expect } from 'vitest';

import {
  createVerifier,
  type Verifier,
  type VerifierOptions,
} from '../../../lambdas/resource-server/index.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { basic, type Driver, drive } from '../support/driver.ts';
import { newSecretClient } from '../support/registrations.ts';
import { verifies } from '../verifies.ts';

let deployment: TestDeployment;
let client: Driver;
let planner: Readonly<Record<string, string>>;
let demo: string;

beforeAll(async () => {
  deployment = await startDeployment();
  client = drive(deployment);
  planner = basic('planner-client', await deployment.secretOf('planner-client'));
  demo = String((await client.admin('GET', 'resources/demo')).body['uri']);
});

afterAll(async () => {
  await deployment.stop();
});

/** The verifier of an MCP server that works offline, on the clock of the run. */
function aVerifier(options: Partial<VerifierOptions> = {}): Verifier {
  const now = (): number => Math.floor(deployment.run.clock.now() / 1000);
  return createVerifier({ issuer: client.issuer, resource: demo, now, ...options });
}

async function statusOf(verifier: Verifier, token: string): Promise<number> {
  const verification = await verifier.verify(`Bearer ${token}`);
  return verification.ok ? 200 : verification.challenge.status;
}

async function newToken(as = planner): Promise<string> {
  const { body } = await client.token({ grant_type: 'client_credentials', resource: demo }, as);
  return String(body['access_token']);
}

async function revoke(token: string): Promise<void> {
  const { status } = await client.send('/revoke', {
    ...{ method: 'POST', body: new URLSearchParams({ token }), headers: planner },
  });
  expect(status).toBe(200);
}

describe('a verifier that works offline', () => {
  verifies('vestibule:offline-thirty-seconds', 'refuses a revoked token within thirty seconds', async () => {
    const verifier = aVerifier();
    const [token, other] = [await newToken(), await newToken()];
    expect(await statusOf(verifier, token)).toBe(200);
    await revoke(token);
    deployment.run.clock.advance(29);
    const verification = await verifier.verify(`Bearer ${token}`);
    expect(verification).toMatchObject({
      ok: false,
      challenge: { status: 401, body: { error: 'invalid_token' } },
    });
    expect(await statusOf(verifier, other)).toBe(200);
  });

  verifies(
    'vestibule:offline-thirty-seconds',
    'refuses the tokens of a disabled agent, client and resource, and takes them again once it is back',
    async () => {
      const catalogue = [{ resource: demo, required: ['tools:read'] }];
      const holder = await newSecretClient(client, 'halted', catalogue);
      const [verifier, token] = [aVerifier(), await newToken(holder)];
      expect(await statusOf(verifier, token)).toBe(200);
      for (const thing of ['agents/halted', 'clients/halted-client', 'resources/demo']) {
        await client.admin('POST', `${thing}/disable`);
        deployment.run.clock.advance(29);
        expect([thing, await statusOf(verifier, token)]).toEqual([thing, 401]);
        await client.admin('POST', `${thing}/enable`);
        deployment.run.clock.advance(29);
        expect([thing, await statusOf(verifier, token)]).toEqual([thing, 200]);
      }
      await client.admin('DELETE', 'clients/halted-client');
      deployment.run.clock.advance(29);
      expect(await statusOf(verifier, token)).toBe(401);
      const again = await client.register('clients', {
        ...{
          client_id: 'halted-client',
          agent_id: 'halted',
          token_endpoint_auth_method: 'client_secret_basic',
        },
      });
      deployment.run.clock.advance(10);
      const anew = await newToken(basic('halted-client', String(again['client_secret'])));
      expect([await statusOf(verifier, token), await statusOf(verifier, anew)]).toEqual([401, 200]);
    },
    60_000,
  );

  verifies(
    ['vestibule:offline-without-feed', 'vestibule:dependency-down'],
    'answers 503 once the last edition is thirty seconds old, or serves on where it prefers to',
    async () => {
      const [strict, lenient, token] = [aVerifier(), aVerifier({ ends: 'preferred' }), await newToken()];
      const both = async () => [await statusOf(strict, token), await statusOf(lenient, token)];
      expect(await both()).toEqual([200, 200]);
      deployment.run.cloud.faults.add('kms:Sign=throttle@*');
      deployment.run.clock.advance(15);
      expect(await both()).toEqual([200, 200]);
      deployment.run.clock.advance(20);
      expect(await both()).toEqual([503, 200]);
      const refused = await strict.verify(`Bearer ${token}`);
      expect(refused).toMatchObject({ challenge: { headers: { 'retry-after': '5' } } });
      deployment.run.cloud.faults.clear();
      deployment.run.clock.advance(5);
      expect(await both()).toEqual([200, 200]);
    },
    60_000,
  );

  verifies('vestibule:offline-forged-feed', 'believes the issuer’s own feed alone', async () => {
    const token = await newToken();
    await revoke(token);
    const old = await (await fetch(`${client.issuer}/ends`)).text();
    deployment.run.clock.advance(10);
    const fed = (edition: string): Verifier =>
      aVerifier({
        fetch: (url, init) =>
          url.endsWith('/ends') ? Promise.resolve(new Response(edition)) : fetch(url, init),
      });
    const current = await (await fetch(`${client.issuer}/ends`)).text();
    expect(await statusOf(fed(current), token)).toBe(401);
    const [header = '', payload = '', signature = ''] = current.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const emptied = { ...claims, ends: { tokens: '', principals: {} } };
    const changed = Buffer.from(JSON.stringify(emptied)).toString('base64url');
    expect(await statusOf(fed(`${header}.${changed}.${signature}`), token)).toBe(503);
    expect(await statusOf(fed(await newToken()), token)).toBe(503);
    deployment.run.clock.advance(30);
    expect(await statusOf(fed(old), token)).toBe(503);
  });
});
