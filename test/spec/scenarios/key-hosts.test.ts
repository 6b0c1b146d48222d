import { randomUUID } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { config as exampleConfig } from '../../../vestibule.config.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { steadyPortBlock } from '../../support/free-ports.ts';
import { type DocumentHost, startDocumentHost } from '../support/document-host.ts';
import { type Driver, drive } from '../support/driver.ts';
import { eventsSince } from '../support/people.ts';
import { publicApp, registering } from '../support/registering.ts';
import { newKeyClient } from '../support/registrations.ts';
import { startStatementIssuers, type StatementIssuers } from '../support/statement-issuer.ts';
import { verifies } from '../verifies.ts';

interface Key {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

let deployment: TestDeployment;
let client: Driver;
let host: DocumentHost;
let issuers: StatementIssuers;
let demo: string;

beforeAll(async () => {
  host = await startDocumentHost();
  issuers = await startStatementIssuers(await steadyPortBlock());
  deployment = await startDeployment({
    config: { ...exampleConfig, registration: { softwareStatements: issuers.config } },
  });
  client = drive(deployment);
  demo = String((await client.admin('GET', 'resources/demo')).body['uri']);
}, 60_000);
afterAll(async () => {
  await deployment.stop();
  host.stop();
  issuers.stop();
});

async function newKey(): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const kid = randomUUID();
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid } };
}

/** A client whose keys are at that path of the host, and how a token for it is asked for. */
async function clientAt(name: string) {
  const path = `/${name}`;
  const catalogue = [{ resource: demo, required: ['tools:read'] }];
  const id = await newKeyClient(client, name, catalogue, { jwks_uri: `${host.origin}${path}` });
  return {
    publish: (...keys: readonly Key[]) =>
      host.served.set(path, { body: { keys: keys.map(({ jwk }) => jwk) } }),
    answer: (status: number) => host.served.set(path, { status }),
    asked: () => host.asked.filter((each) => each === path).length,
    present: async ({ kid, privateKey }: Key) => {
      const now = Math.floor(deployment.run.clock.now() / 1_000);
      const claims = { iss: id, sub: id, aud: client.issuer, jti: randomUUID(), exp: now + 60 };
      const assertion = new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid });
      const { status, body, headers } = await client.token({
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await assertion.sign(privateKey),
      });
      return [status, body['error'], headers.get('retry-after')];
    },
  };
}

const later = (seconds: number): void => {
  deployment.run.clock.advance(seconds);
};
const [taken, refused] = [
  [200, undefined, null],
  [401, 'invalid_client', null],
];
const comeAgain = [503, 'temporarily_unavailable', '30'];

describe('an assertion by a key that a failing host may have by now', () => {
  verifies(
    'vestibule:key-host-down',
    'is answered with a time to come again, and is taken once the host is back; the key that is known goes on',
    async () => {
      const [old, next] = [await newKey(), await newKey()];
      const rotating = await clientAt('rotating');
      rotating.publish(old);
      expect(await rotating.present(old)).toEqual(taken);
      // The host told a moment ago: such a key there is not.
      expect(await rotating.present(next)).toEqual(refused);
      const from = deployment.log.length;
      later(30);
      rotating.answer(503);
      expect(await rotating.present(next)).toEqual(comeAgain);
      expect(rotating.asked()).toBe(2);
      rotating.publish(old, next);
      later(20);
      // It is left alone for half a minute, and that is no answer either.
      expect(await rotating.present(next)).toEqual(comeAgain);
      expect(await rotating.present(old)).toEqual(taken);
      expect(rotating.asked()).toBe(2);
      later(10);
      expect(await rotating.present(next)).toEqual(taken);
      expect(await rotating.present(await newKey())).toEqual(refused);
      const told = eventsSince(deployment, from).map(({ reason }) => reason);
      expect(told.filter((reason) => reason === 'assertion_keys_out_of_reach')).toHaveLength(2);
    },
  );

  verifies(
    'vestibule:key-host-down',
    'is so from the first on, unless its host says what its operators have to mend',
    async () => {
      const key = await newKey();
      for (const status of [500, 503, 429]) {
        const down = await clientAt(`down-${status}`);
        down.answer(status);
        expect([status, ...(await down.present(key))]).toEqual([status, ...comeAgain]);
        down.publish(key);
        expect(await down.present(key)).toEqual(comeAgain);
        later(30);
        expect(await down.present(key)).toEqual(taken);
      }
      for (const status of [404, 403, 302]) {
        const wrong = await clientAt(`wrong-${status}`);
        wrong.answer(status);
        expect([status, ...(await wrong.present(key))]).toEqual([status, ...refused]);
      }
    },
  );
});

describe('a software statement by a key that a failing issuer may have by now', () => {
  verifies(
    ['vestibule:statement-issuer-down', 'vestibule:statement-keys-rotate'],
    'is answered with a time to come again, and is taken once the issuer is back',
    async () => {
      const clients = registering(client);
      const register = async (header: object = {}) => {
        const software_statement = await issuers.state({ software_id: 'desk' }, { header: { ...header } });
        const { status, body, headers } = await clients.register({
          ...publicApp('Plain'),
          software_statement,
        });
        return [status, body['error'], headers.get('retry-after')];
      };
      const known = { kid: 'directory-1' };
      expect(await register()).toEqual([201, undefined, null]);
      await issuers.rotate();
      for (const mood of ['failing', 'endless', 'moved'] as const) {
        issuers.be(mood);
        later(30);
        for (let tries = 0; tries < 2; tries += 1) {
          const outcome = await register();
          expect([mood, ...outcome]).toEqual([mood, 503, 'temporarily_unavailable', '5']);
        }
      }
      // By the key that is known it is judged as ever: this one is signed by another.
      expect(await register(known)).toEqual([400, 'invalid_software_statement', null]);
      issuers.be('well');
      expect(await register()).toEqual([201, undefined, null]);
    },
  );
});
