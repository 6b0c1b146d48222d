import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { exportJWK, exportPKCS8, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type Driver, drive } from '../spec/support/driver.ts';
import { newKeyClient } from '../spec/support/registrations.ts';
import { startDeployment, type TestDeployment } from '../support/deployment.ts';
import { peerProgram } from './environment.ts';

let deployment: TestDeployment;
let client: Driver;
let demo: string;

beforeAll(async () => {
  deployment = await startDeployment();
  client = drive(deployment);
  demo = String((await client.admin('GET', 'resources/demo')).body['uri']);
});

afterAll(async () => {
  await deployment.stop();
});

interface VerifiedToken {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly scope: string;
}

/** Runs the Python client, in a process of its own because the deployment serves it from this one. */
async function askWithAuthlib(task: Readonly<Record<string, string>>): Promise<VerifiedToken> {
  const child = spawn(peerProgram('python'), [join(import.meta.dirname, 'authlib_client.py')], {
    env: { AUTHLIB_INSECURE_TRANSPORT: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(JSON.stringify({ issuer: client.issuer, resource: demo, ...task }));
  const [output, complaint] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (child.exitCode !== 0) throw new Error(complaint);
  return JSON.parse(output) as VerifiedToken;
}

describe('Authlib, a client in Python', () => {
  test.each(['planner-client', 'analyst-client'])(
    'gets and verifies a token with the secret of %s',
    async (id) => {
      const method = id === 'planner-client' ? 'client_secret_basic' : 'client_secret_post';
      const token = await askWithAuthlib({
        client_id: id,
        client_secret: await deployment.secretOf(id),
        method,
      });
      expect(token.header).toMatchObject({ typ: 'at+jwt', alg: 'RS256' });
      expect(token.claims).toMatchObject({ sub: id, aud: demo, scope: 'tools:read' });
    },
  );

  test.each(['RS256', 'ES256'])('gets and verifies a token with an assertion by %s', async (alg) => {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    const kid = randomUUID();
    const id = await newKeyClient(client, `python-${alg}`, [{ resource: demo, required: ['tools:read'] }], {
      jwks: { keys: [{ ...(await exportJWK(publicKey)), kid }] },
    });
    const task = {
      client_id: id,
      private_key: await exportPKCS8(privateKey),
      method: 'private_key_jwt',
      alg,
      kid,
    };
    expect((await askWithAuthlib(task)).claims).toMatchObject({ sub: id, aud: demo });
  });
});
