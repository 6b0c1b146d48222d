import { createPrivateKey } from 'node:crypto';

import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';

import { createVerifier } from '../../../lambdas/resource-server/index.ts';
import { config as example } from '../../../vestibule.config.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type Answer, basic, type Driver, drive } from '../support/driver.ts';
import { wrappedKeysOf } from '../support/wrapped-keys.ts';
import { verifies } from '../verifies.ts';

type Headers = Readonly<Record<string, string>>;

const grant = { grant_type: 'client_credentials' } as const;
const signedIntrospection = 'application/token-introspection+jwt';

describe.each(['RS256', 'ES256'] as const)('a deployment with wrapped keys for %s', (algorithm) => {
  let deployment: TestDeployment;
  let client: Driver;
  let planner: Headers;
  let server: Headers;
  let demo: string;

  beforeAll(async () => {
    deployment = await startDeployment({ config: { ...example, signing: { mode: 'envelope', algorithm } } });
    client = drive(deployment);
    planner = basic('planner-client', await deployment.secretOf('planner-client'));
    server = basic('demo-server', await deployment.secretOf('demo-server'));
    demo = String((await client.admin('GET', 'resources/demo')).body['uri']);
  });

  afterAll(async () => {
    await deployment.stop();
  });

  const requestToken = (): Promise<Answer> => client.token({ ...grant, resource: demo }, planner);
  const newToken = async (): Promise<string> => String((await requestToken()).body['access_token']);
  const ask = (path: string, token: string, headers: Headers): Promise<Answer> =>
    client.send(path, { method: 'POST', body: new URLSearchParams({ token }), headers });
  const published = async () => {
    const { body } = await client.get('/.well-known/jwks.json');
    return createLocalJWKSet(body as unknown as Parameters<typeof createLocalJWKSet>[0]);
  };

  verifies(
    'vestibule:envelope-signs',
    'lets 200 clients have their first tokens at once, and asks KMS once for each instance',
    async () => {
      deployment.run.cloud.ledger.reset();
      const answers = await Promise.all(Array.from({ length: 200 }, requestToken));
      const keys = await published();
      const verified = await Promise.all(
        answers.map(({ body }) => jwtVerify(String(body['access_token']), keys)),
      );
      expect(new Set(verified.map(({ payload }) => payload.jti)).size).toBe(200);
      const calls = deployment.run.cloud.ledger.calls();
      expect(calls.filter(({ action }) => action === 'kms:Sign')).toEqual([]);
      for (const action of ['kms:Decrypt', 'dynamodb:GetItem']) {
        const instances = calls.filter((call) => call.action === action).map(({ instance }) => instance);
        expect(instances).not.toEqual([]);
        expect(instances, action).toHaveLength(new Set(instances).size);
      }
    },
    60_000,
  );

  verifies(
    ['rfc7518:3.4:es256', 'vestibule:honest-algorithms'],
    'signs by the algorithm that its metadata and its key set name',
    async () => {
      const token = await newToken();
      expect(decodeProtectedHeader(token)).toMatchObject({ alg: algorithm, typ: 'at+jwt' });
      await jwtVerify(token, await published(), { algorithms: [algorithm], audience: demo });
      expect(Buffer.from(token.split('.')[2]!, 'base64url')).toHaveLength(algorithm === 'ES256' ? 64 : 256);
      const { keys } = (await client.get('/.well-known/jwks.json')).body as {
        readonly keys: readonly Headers[];
      };
      const members = { RS256: ['e', 'kty', 'n'], ES256: ['crv', 'kty', 'x', 'y'] }[algorithm];
      for (const key of keys) {
        expect(Object.keys(key).toSorted()).toEqual([...members, 'alg', 'kid', 'use'].toSorted());
        expect(key['alg']).toBe(algorithm);
      }
      expect(keys).toHaveLength(2);
      const { body: metadata } = await client.get('/.well-known/openid-configuration');
      expect(metadata['id_token_signing_alg_values_supported']).toEqual([algorithm]);
      expect(metadata['introspection_signing_alg_values_supported']).toEqual([algorithm]);
    },
  );

  verifies(
    'vestibule:envelope-questions',
    'verifies its tokens for resource servers, introspects and revokes them, and signs what it answers',
    async () => {
      const token = await newToken();
      const verifier = createVerifier({
        issuer: client.issuer,
        resource: demo,
        resourceMetadata: `${client.issuer}/.well-known/oauth-protected-resource/demo`,
      });
      const headers = { authorization: `Bearer ${token}` };
      expect((await verifier.verify({ headers })).ok).toBe(true);
      expect((await ask('/introspect', token, server)).body).toMatchObject({ active: true });
      const signed = await ask('/introspect', token, { ...server, accept: signedIntrospection });
      const { payload } = await jwtVerify(signed.text, await published(), { algorithms: [algorithm] });
      expect(payload['token_introspection']).toMatchObject({ active: true, aud: demo });
      const feed = await client.get('/ends');
      await jwtVerify(feed.text, await published(), {
        algorithms: [algorithm],
        typ: 'vnd.vestibule.ends+jwt',
      });
      expect((await ask('/revoke', token, planner)).status).toBe(200);
      expect((await ask('/introspect', token, server)).body).toEqual({ active: false });
    },
  );

  verifies('vestibule:private-key-never-written', 'writes its private keys nowhere', async () => {
    const atRest = wrappedKeysOf(deployment);
    const token = await newToken();
    await ask('/introspect', token, { ...server, accept: signedIntrospection });
    const answers = await Promise.all([
      requestToken(),
      client.get('/.well-known/jwks.json'),
      client.get('/.well-known/openid-configuration'),
    ]);
    const written = [
      ...deployment.log,
      ...answers.map(({ text }) => text),
      JSON.stringify(await atRest.everything()),
    ].join('\n');
    for (const item of await atRest.items()) {
      expect(written).toContain(item['kid']?.S);
      const pkcs8 = await atRest.open(item);
      const jwk = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' });
      const secret = Buffer.from(jwk.d!, 'base64url');
      for (const form of [pkcs8, secret].flatMap(formsOf)) expect(written).not.toContain(form);
    }
  });
});

function formsOf(bytes: Buffer): readonly string[] {
  return (['base64', 'base64url', 'hex'] as const).map((encoding) => bytes.toString(encoding).slice(0, 40));
}
