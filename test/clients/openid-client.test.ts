import * as client from 'openid-client';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { config as example } from '../../vestibule.config.ts';
import { startDeployment, type TestDeployment } from '../support/deployment.ts';

let deployment: TestDeployment;
let resource: string;

beforeAll(async () => {
  deployment = await startDeployment();
  resource = example.resources.find(({ id }) => id === 'demo')?.uri ?? '';
});
afterAll(() => deployment.stop());

describe('openid-client', () => {
  it.each([
    ['oidc', 'planner-client', client.ClientSecretBasic],
    ['oauth2', 'analyst-client', client.ClientSecretPost],
  ] as const)('discovers by %s and gets %s a token that verifies', async (algorithm, clientId, method) => {
    const secret = await deployment.secretOf(clientId);
    const config = await client.discovery(new URL(deployment.issuer), clientId, undefined, method(secret), {
      algorithm,
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- loopback has no TLS
      execute: [client.allowInsecureRequests],
    });
    const token = await client.clientCredentialsGrant(config, { resource });
    expect(token.expiresIn()).toBeGreaterThan(890);

    const keys = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri ?? ''));
    const { payload } = await jwtVerify(token.access_token, keys, {
      issuer: deployment.issuer,
      audience: resource,
      typ: 'at+jwt',
      algorithms: ['RS256'],
    });
    expect(payload['client_id']).toBe(clientId);
  });

  it('reports a wrong secret as the error it is', async () => {
    const config = await client.discovery(
      new URL(deployment.issuer),
      'planner-client',
      undefined,
      client.ClientSecretPost('wrong'),
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- loopback has no TLS
      { execute: [client.allowInsecureRequests] },
    );
    await expect(client.clientCredentialsGrant(config, { resource })).rejects.toMatchObject({
      error: 'invalid_client',
      status: 401,
    });
  });
});
